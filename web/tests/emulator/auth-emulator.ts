// Firebase's own emulator of its sign-in service, as its npm package brings it: no Java, no login, and nothing is downloaded.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "./free-port.ts";

const CLI = resolve(import.meta.dirname, "node_modules/firebase-tools/lib/bin/firebase.js");
const PROJECT = "demo-callgate";
const STARTS_WITHIN = 120_000; // milliseconds; 11 to 18 s on a machine that does nothing else
const STOPS_WITHIN = 10_000; // milliseconds

export class AuthEmulator {
  /** As host:port. */
  readonly host: string;
  readonly #dir: string;
  readonly #process: ChildProcess;
  readonly #end: () => void;
  #printed = "";

  private constructor(host: string, dir: string) {
    this.host = host;
    this.#dir = dir;
    const command = ["emulators:start", "--only", "auth", "--project", PROJECT];
    // The program itself, not npx, so that there is one process to end. Its home is a folder of its own: it finds nobody's login
    // there and nobody's consent to statistics. CI: no message of the day is fetched.
    this.#process = spawn(process.execPath, [CLI, ...command], {
      cwd: dir,
      env: {
        PATH: process.env["PATH"],
        HOME: dir,
        XDG_CONFIG_HOME: dir,
        TMPDIR: dir,
        CI: "1",
        NO_UPDATE_NOTIFIER: "1",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const output of [this.#process.stdout, this.#process.stderr])
      output?.on("data", (text) => (this.#printed += text));
    // Should this process end before the emulator was stopped.
    this.#end = () => {
      this.#process.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    };
    process.once("exit", this.#end);
  }

  /** Starts one that has no accounts. */
  static async start(): Promise<AuthEmulator> {
    if (!existsSync(CLI)) throw new Error(`${CLI} is missing: npm ci --ignore-scripts in ${import.meta.dirname}`);
    const port = await freePort();
    const dir = await mkdtemp(join(tmpdir(), "callgate-auth-emulator-"));
    const emulators = { auth: { host: "127.0.0.1", port }, ui: { enabled: false }, singleProjectMode: true };
    await writeFile(join(dir, "firebase.json"), JSON.stringify({ emulators }));
    const emulator = new AuthEmulator(`127.0.0.1:${port}`, dir);
    try {
      await emulator.#ready();
    } catch (error) {
      await emulator.dispose();
      throw error;
    }
    return emulator;
  }

  /** Stops it for good. */
  async dispose(): Promise<void> {
    const running = this.#process;
    if (this.#isRunning) {
      const exited = once(running, "exit");
      running.kill("SIGTERM");
      const tooSlow = setTimeout(() => running.kill("SIGKILL"), STOPS_WITHIN);
      await exited;
      clearTimeout(tooSlow);
    }
    process.off("exit", this.#end);
    await rm(this.#dir, { recursive: true, force: true });
  }

  get #isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#process;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  async #ready(): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.#process.once("error", reject);
      this.#process.once("exit", (code) => reject(this.#problem(`ended with ${code}`)));
    });
    failed.catch(() => undefined); // it ends some day in any case
    await Promise.race([this.#answers(), failed]);
  }

  async #answers(): Promise<void> {
    const deadline = Date.now() + STARTS_WITHIN;
    while (Date.now() < deadline && this.#isRunning) {
      const answered = await fetch(`http://${this.host}/`).catch(() => undefined);
      if (answered?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw this.#problem(`does not answer at ${this.host}`);
  }

  #problem(what: string): Error {
    return new Error(`Firebase's emulator ${what}:\n${this.#printed}`);
  }
}
