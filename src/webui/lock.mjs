// Takes the sponsors' addresses out of the lock file: it names packages and hashes, no hosts.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const lock = JSON.parse(readFileSync(FILE, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
