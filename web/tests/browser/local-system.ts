// The whole system, as `cargo run` starts it: the real binary on a port and in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BINARY =
  process.env["CALLGATE_LOCAL_BIN"] ?? resolve(import.meta.dirname, "../../../target/debug/callgate-local");
const PROJECT = "demo-callgate";
export const STARTS_WITHIN = 90_000; // milliseconds
export const STOPS_WITHIN = 30_000; // milliseconds

export interface LocalSystemOptions {
  /** How long ID tokens are valid, in seconds; an hour by default. */
  readonly tokenLifetime?: number;
  /** Firebase's own emulator, as host:port; by default there is none, whatever the environment says. */
  readonly authEmulatorHost?: string;
}

export class LocalSystem {
  readonly #dir: string;
  readonly #environment: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #origin = "";

  private constructor(dir: string, { tokenLifetime, authEmulatorHost }: LocalSystemOptions) {
    this.#dir = dir;
    this.#environment = {
      ...process.env,
      PORT: "0", // any that is free
      CALLGATE_LOCAL_DIR: dir,
      RUST_LOG: "warn",
      FIREBASE_AUTH_EMULATOR_HOST: authEmulatorHost,
    };
    if (tokenLifetime !== undefined) this.#environment["CALLGATE_LOCAL_TOKEN_LIFETIME"] = String(tokenLifetime);
  }

  /** Where it listens. */
  get origin(): string {
    return this.#origin;
  }

  /** Starts a system that has no accounts and no votes. */
  static async start(options: LocalSystemOptions = {}): Promise<LocalSystem> {
    const system = new LocalSystem(await mkdtemp(join(tmpdir(), "callgate-web-test-")), options);
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
    let printed = "";
    this.#origin = await new Promise((resolve, reject) => {
      const failed = (how: string): void => reject(new Error(`${BINARY} ${how}:\n${printed}`));
      const tooSlow = setTimeout(() => failed("does not listen"), STARTS_WITHIN);
      for (const output of [started.stdout, started.stderr])
        output.on("data", (text) => {
          printed += text;
          const [, origin] = /^Open (\S+)$/m.exec(printed) ?? [];
          if (origin === undefined) return;
          clearTimeout(tooSlow);
          resolve(origin);
        });
      started.once("error", reject);
      started.once("exit", (code) => failed(`ended with ${code}`));
    });
    this.#environment["PORT"] = new URL(this.#origin).port;
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGTERM");
    const tooSlow = setTimeout(() => running.kill("SIGKILL"), STOPS_WITHIN);
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
}
