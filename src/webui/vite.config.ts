import { defineConfig } from "vite";

import { budget } from "./budget.plugin.ts";
import { words } from "./words.plugin.ts";

const API = process.env["DIGIGATE_API"] ?? "https://localhost:8443";

export default defineConfig({
  plugins: [words(), budget()],
  build: {
    outDir: "../digigate/services/web/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the page's policy forbids what is inlined
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { "/api": { target: API, secure: false } } },
});
