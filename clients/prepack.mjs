// Before a package is packed: what has its one home elsewhere in this repository, copied beside its package.json.
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const COPIES = {
  "@callgate/web": { LICENSE: "LICENSE" },
  "@callgate/proto": {
    LICENSE: "LICENSE",
    "callgate/v1/rule.proto": "interceptor/build/proto/callgate/v1/rule.proto",
  },
};

for (const [to, from] of Object.entries(COPIES[process.env.npm_package_name])) {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(join(root, from), to);
}
