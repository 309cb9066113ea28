// Signing out everywhere and deleting the account: asked about first, and done only shortly after a sign-in.
import { isDenied } from "@callgate/web";
import type { Client } from "@connectrpc/connect";
import { FirebaseError } from "firebase/app";
import type { User } from "firebase/auth";
import type { ProfileService } from "../gen/profiles/v1/profiles_pb.ts";
import { type Question, type Step, asking, confirmed } from "./confirm.ts";
import type { Purpose } from "./sign-in.ts";
import type { Stage } from "./stage.ts";

export type Leaving = "sign-out-everywhere" | "delete";

const QUESTIONS: Readonly<Record<Leaving, Question & { readonly told: string; readonly again: string }>> = {
  "sign-out-everywhere": {
    title: "Sign out everywhere?",
    text: "You are signed out here and on every other device. Some of what is open there may go on for up to an hour. You can sign in again at any time.",
    yes: "Sign out everywhere",
    danger: false,
    told: "You are signed out everywhere.",
    again: "To sign out everywhere, first show that it is you.",
  },
  delete: {
    title: "Delete your account?",
    text: "Your account is deleted for good, and nobody can bring it back. A vote that you cast stays in the tally.",
    yes: "Delete my account",
    danger: true,
    told: "Your account is deleted.",
    again: "To delete your account, first show that it is you.",
  },
};

export interface LeavingDialogOptions {
  readonly stage: Stage;
  readonly profiles: Client<typeof ProfileService>;
  /** Whose token the calls bring. */
  readonly current: () => User | null;
  /** Resolves with whether the user has signed in again. */
  readonly signInAgain: (purpose: Purpose) => Promise<boolean>;
  /** Tells a failure that came after the dialog was closed. */
  readonly late: (error: unknown) => void;
}

export class LeavingDialog {
  readonly #options: LeavingDialogOptions;

  constructor(options: LeavingDialogOptions) {
    this.#options = options;
  }

  /** Resolves with what to tell the user, who is to be signed out here too; with nothing where they stay. */
  async open(user: User, way: Leaving): Promise<string | undefined> {
    const { stage, signInAgain } = this.#options;
    const { told, again, ...question } = QUESTIONS[way];
    const step = asking(stage, question);
    let isTooOld = false;
    const signsIn = (error: unknown): boolean => {
      isTooOld = isDenied(error, "RECENT_SIGN_IN_REQUIRED");
      if (isTooOld) stage.close(false);
      return isTooOld;
    };
    if (await this.#confirmed(user, way, step, signsIn)) return told;
    if (!isTooOld || !(await signInAgain({ title: "Sign in again", lead: again, guest: false, again: user }))) return;
    const atOnce: Step = (yes) => (step(yes), yes()); // it was confirmed before
    return (await this.#confirmed(user, way, atOnce)) ? told : undefined;
  }

  #confirmed(user: User, way: Leaving, step: Step, otherwise?: (error: unknown) => boolean): Promise<boolean> {
    const { stage, profiles, current, late } = this.#options;
    const act = async (): Promise<void> => {
      // Another window may have signed in someone else meanwhile.
      if (current()?.uid !== user.uid) throw new FirebaseError("auth/user-mismatch", "another user is signed in now");
      await (way === "delete" ? profiles.deleteMyAccount({}) : profiles.signOutEverywhere({}));
    };
    return confirmed(stage, step, { act, late, ...(otherwise && { otherwise }) });
  }
}
