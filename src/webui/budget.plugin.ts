// Refuses a page that grows too heavy for a small panel PC.
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const BUDGET = 80 * 1024; // octets of scripts and styles, compressed

export function budget(): Plugin {
  return {
    name: "budget",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const sizes = Object.values(bundle)
        .filter(({ fileName }) => /\.(js|css)$/.test(fileName))
        .map((file) => gzipSync(file.type === "chunk" ? file.code : file.source).length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total > BUDGET) this.error(`${total} octets of scripts and styles, allowed ${BUDGET}`);
    },
  };
}
