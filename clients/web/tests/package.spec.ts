// The packages as they are published, and as an application of its own finds them.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../../..");
// Below the root's node_modules, where the peers are found.
const consumer = join(root, "target/npm-consumer");
const MOST_BYTES = 4096;

test.describe.configure({ mode: "serial" });

/** Runs a program in the application's folder, those of the npm packages included, and tells what it says. */
function run(program: string, ...args: string[]): string {
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env["PATH"]}` };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: consumer, encoding: "utf8", env });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? ""}${stderr}${stdout}`);
  return stdout;
}

/** Packs a package, lays it where an application finds it, and tells its files. */
function install(folder: string, name: string): string[] {
  const args = ["pack", "--json", "--silent", "--pack-destination", consumer];
  const said = execFileSync("npm", args, { cwd: join(root, "clients", folder), encoding: "utf8" });
  const [packed] = JSON.parse(said.slice(said.indexOf("["))) as [{ filename: string; files: { path: string }[] }];
  const home = join(consumer, "node_modules", name);
  mkdirSync(home, { recursive: true });
  run("tar", "-xzf", packed.filename, "-C", home, "--strip-components=1");
  return packed.files.map(({ path }) => path).sort();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(consumer, path)), { recursive: true });
  writeFileSync(join(consumer, path), text);
}

test.beforeAll(() => {
  rmSync(consumer, { recursive: true, force: true });
  mkdirSync(consumer, { recursive: true });
});

test("@callgate/web holds its modules, their types, and nothing else", () => {
  const modules = [
    "credentials",
    "denial",
    "gen/callgate/v1/rule_pb",
    "gen/google/rpc/error_details_pb",
    "index",
    "interceptor",
    "resume",
    "rule",
    "token",
    "transport",
  ];
  const made = modules.flatMap((module) => [`dist/${module}.d.ts`, `dist/${module}.js`]);
  expect(install("web", "@callgate/web")).toEqual(["LICENSE", "README.md", ...made, "package.json"].sort());
});

test("@callgate/proto holds the rule as it is, and nothing else", () => {
  const files = ["LICENSE", "README.md", "callgate/v1/rule.proto", "package.json"];
  expect(install("proto", "@callgate/proto")).toEqual(files.sort());
  const packed = readFileSync(join(consumer, "node_modules/@callgate/proto/callgate/v1/rule.proto"), "utf8");
  expect(packed).toBe(readFileSync(join(root, "interceptor/build/proto/callgate/v1/rule.proto"), "utf8"));
});

/** The TypeScript of a page, as one module. */
function codeOf(page: string): string {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join("\n");
}

test("an application's buf finds the rule, its TypeScript and Node.js the client, and the guides' code compiles", () => {
  cpSync(join(root, "clients/web/tests/proto"), join(consumer, "proto"), { recursive: true });
  for (const api of ["votes", "profiles"])
    cpSync(join(root, "proto", api), join(consumer, "proto", api), { recursive: true });
  // As README.md of @callgate/proto says.
  write("buf.yaml", "version: v2\nmodules:\n  - path: proto\n  - path: node_modules/@callgate/proto\n");
  write(
    "buf.gen.yaml",
    "version: v2\nplugins:\n  - local: protoc-gen-es\n    out: src/gen\n    opt: target=ts,import_extension=js\n",
  );
  write("package.json", '{ "type": "module", "private": true }\n');
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: "nodenext",
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable"],
    types: [],
    rootDir: "src",
    outDir: "out",
  };
  write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["src"] }));
  write(
    "src/main.ts",
    `import { createClient } from "@connectrpc/connect";
     import { REASONS, type Reason, createCallgateTransport, isDenied, resuming, ruleOf } from "@callgate/web";
     import { type Auth } from "firebase/auth";
     import { NoteService } from "./gen/notes/v1/notes_pb.js";

     const { method } = NoteService;
     export const byFirebase = (auth: Auth) => createCallgateTransport({ baseUrl: "https://api.test", auth });
     const transport = createCallgateTransport({
       baseUrl: "https://api.test",
       auth: () => Promise.resolve("token"),
       resume: [resuming(method.followNotes, ({ folder }, { number }) => ({ folder, after: number }))],
     });
     // @ts-expect-error: a unary method has no stream to resume
     export const wrong = () => resuming(method.writeNote);
     // @ts-expect-error: another method's field
     export const wrongToo = () => resuming(method.followNotes, (_, last) => ({ after: last.count }));
     // @ts-expect-error: no reason of the gate
     export const wrongReason: Reason = "MOON_REQUIRED";
     // @ts-expect-error: to send no token has to be said
     export const forgotten = () => createCallgateTransport({ baseUrl: "https://api.test" });
     createClient(NoteService, transport);
     const { endUser } = ruleOf(method.writeNote);
     console.log(JSON.stringify([endUser, ruleOf(method.getMotto).public, isDenied(0, REASONS[0])].map(Boolean)));
    `,
  );
  write("src/readme.ts", codeOf("clients/web/README.md"));
  write("src/guide.ts", codeOf("docs/web.md"));
  run("buf", "lint");
  run("buf", "generate");
  run("tsc");
  expect(run("node", "out/main.js")).toBe("[true,true,false]\n");
});

test("@callgate/web is at most 4 KB minified and compressed, beside its peers", async () => {
  const { outputFiles } = await build({
    entryPoints: [join(consumer, "node_modules/@callgate/web/dist/index.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["@bufbuild/*", "@connectrpc/*"],
  });
  const bundle = outputFiles[0]!.contents;
  const bytes = gzipSync(bundle, { level: 9 }).length;
  console.log(`@callgate/web: ${bundle.length} bytes minified, ${bytes} compressed`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});
