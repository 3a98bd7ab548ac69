// Gives the page the families of words that it shows, out of the files that all rooms share.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const ID = "virtual:words";
const FOLDER = fileURLToPath(new URL("../digigate/translations/", import.meta.url));
const FAMILIES =
  /^(bus|certainty|condition|conflict|detection|group|hint|panel|profile|quality|quantity|reminder|service|state|statistic|ui|unit)\./;

export function words(): Plugin {
  return {
    name: "words",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      const languages = ["en", "fr"].map((language) => {
        const file = `${FOLDER}${language}.json`;
        this.addWatchFile(file);
        return `export const ${language} = ${JSON.stringify(shown(file))};`;
      });
      return languages.join("\n");
    },
  };
}

function shown(file: string): Record<string, string> {
  const all = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  return Object.fromEntries(Object.entries(all).filter(([key]) => FAMILIES.test(key)));
}
