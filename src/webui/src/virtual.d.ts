declare module "virtual:words" {
  /** Key to text, only of the families that the page shows. */
  export const en: Readonly<Record<string, string>>;
  export const fr: Readonly<Record<string, string>>;
}
