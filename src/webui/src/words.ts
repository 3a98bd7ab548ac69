/** The words of the page in the language that the visitor chose. */
import { computed, effect, signal } from "@preact/signals";
import { en, fr } from "virtual:words";

import { keep, kept } from "./keeping";

export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

const BOOKS: Record<Language, Readonly<Record<string, string>>> = { en, fr };

/** The first of the browser's languages that we speak; English where there is none. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => language === tag.slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return "en";
}

export const language = signal<Language>(
  kept("language", LANGUAGES) ?? preferred(globalThis.navigator?.languages ?? []),
);

const plurals = computed(() => new Intl.PluralRules(language.value));

effect(() => {
  if (typeof document !== "undefined") document.documentElement.lang = language.value;
});

export function speak(chosen: Language): void {
  language.value = chosen;
  keep("language", chosen);
}

type Parts = Readonly<Record<string, string | number>>;

/** The text of a key with its `{parts}` filled in; the key itself where no text is known. */
export function t(key: string, parts?: Parts): string {
  const text = BOOKS[language.value][key] ?? en[key] ?? key;
  return parts ? text.replace(/\{(\w+)\}/g, (all, name) => String(parts[name] ?? all)) : text;
}

/** As `t`, in the form for `n` things: `key.one` or `key.other`. */
export function tn(key: string, n: number, parts?: Parts): string {
  const form = plurals.value.select(n) === "one" ? "one" : "other";
  return t(`${key}.${form}`, { n, ...parts });
}

/** The text of a key that may be unknown to this page; else `fallback`. */
export function tOr(key: string, fallback: string): string {
  return BOOKS[language.value][key] ?? en[key] ?? fallback;
}
