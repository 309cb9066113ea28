// The whole system, as `cargo run` starts it: the real binary on a port and in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "./free-port.ts";

const BINARY =
  process.env["CALLGATE_LOCAL_BIN"] ?? resolve(import.meta.dirname, "../../../target/debug/callgate-local");
const PROJECT = "demo-callgate";
const STARTS_WITHIN = 20_000; // milliseconds

export interface LocalSystemOptions {
  /** How long ID tokens are valid, in seconds; an hour by default. */
  readonly tokenLifetime?: number;
  /** Firebase's own emulator, as host:port; by default there is none, whatever the environment says. */
  readonly authEmulatorHost?: string;
}

export class LocalSystem {
  readonly origin: string;
  readonly #port: number;
  readonly #dir: string;
  readonly #environment: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #printed = "";

  private constructor(port: number, dir: string, { tokenLifetime, authEmulatorHost }: LocalSystemOptions) {
    this.#port = port;
    this.#dir = dir;
    this.origin = `http://localhost:${port}`;
    this.#environment = {
      ...process.env,
      PORT: String(port),
      CALLGATE_LOCAL_DIR: dir,
      RUST_LOG: "warn",
      FIREBASE_AUTH_EMULATOR_HOST: authEmulatorHost,
    };
    if (tokenLifetime !== undefined) this.#environment["CALLGATE_LOCAL_TOKEN_LIFETIME"] = String(tokenLifetime);
  }

  /** Starts a system that has no accounts and no votes. */
  static async start(options: LocalSystemOptions = {}): Promise<LocalSystem> {
    const system = new LocalSystem(await freePort(), await mkdtemp(join(tmpdir(), "callgate-web-test-")), options);
    try {
      await system.start();
    } catch (error) {
      await system.dispose();
      throw error;
    }
    return system;
  }

  /** Starts it again, on the same port and with what it had kept. */
  async start(): Promise<void> {
    const started = spawn(BINARY, ["--no-build-page"], { env: this.#environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = started;
    for (const output of [started.stdout, started.stderr]) output?.on("data", (text) => (this.#printed += text));
    const failed = new Promise<never>((_, reject) => {
      started.once("error", reject);
      started.once("exit", (code) => reject(new Error(`${BINARY} ended with ${code}:\n${this.#printed}`)));
    });
    failed.catch(() => undefined); // it ends some day in any case
    await Promise.race([this.#ready(), failed]);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGTERM");
    const tooSlow = setTimeout(() => running.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(tooSlow);
  }

  /** Stops it for good. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Forgets all accounts and votes. Only while it is stopped. */
  async wipe(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Changes an account as its administrator would. */
  async updateAccount(uid: string, change: Record<string, unknown>): Promise<void> {
    const secret = (await readFile(join(this.#dir, "secret"), "utf8")).trim();
    const response = await fetch(
      `${this.origin}/identitytoolkit.googleapis.com/v1/projects/${PROJECT}/accounts:update`,
      {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
        body: JSON.stringify({ localId: uid, ...change }),
      },
    );
    if (!response.ok) throw new Error(`accounts:update answered ${response.status}: ${await response.text()}`);
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + STARTS_WITHIN;
    while (Date.now() < deadline) {
      const answered = await fetch(`${this.origin}/config.json`).catch(() => undefined);
      if (answered?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${BINARY} does not answer on port ${this.#port}:\n${this.#printed}`);
  }
}
