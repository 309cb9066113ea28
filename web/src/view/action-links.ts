// The links in mails: this page handles them itself, so it can be set as the project's action URL.
import { applyActionCode, confirmPasswordReset } from "firebase/auth";
import type { Session } from "../identity/session.ts";
import type { SignIn } from "../identity/sign-in.ts";
import { type WayOut, wordsFor } from "../words.ts";
import { field, part } from "./dom.ts";
import { onSubmit } from "./form.ts";
import type { Notices } from "./notices.ts";
import type { Stage } from "./stage.ts";

const DONE: Readonly<Record<string, string>> = {
  verifyEmail: "Your e-mail address is verified.",
  verifyAndChangeEmail: "Your e-mail address is changed. Sign in with it.",
  recoverEmail: "Your e-mail address is what it was before.",
};

/** Does what the page's address asks for, if it is such a link. */
export async function followActionLink(
  signIn: SignIn,
  session: Session,
  stage: Stage,
  notices: Notices<WayOut>,
): Promise<void> {
  const query = new URLSearchParams(location.search);
  const [mode, code] = [query.get("mode"), query.get("oobCode")];
  if (code === null) return;
  history.replaceState(null, "", location.pathname); // it works once, and is no one else's business
  try {
    if (mode === "resetPassword") {
      const done = await stage.open(() => choosePassword(code, signIn, stage));
      if (done) notices.inform("Your password is changed. Sign in with it.");
    } else if (mode !== null && mode in DONE) {
      await applyActionCode(signIn.auth, code);
      if (mode === "verifyEmail") await session.refresh();
      notices.inform(DONE[mode] ?? "");
    }
  } catch (error) {
    notices.problem(wordsFor(error));
  }
}

function choosePassword(code: string, signIn: SignIn, stage: Stage): void {
  const content = stage.show("step-new-password");
  const form = part(content, "form", HTMLFormElement);
  const password = field(form, "password");
  password.focus();
  onSubmit(form, () =>
    stage.run(async () => {
      await confirmPasswordReset(signIn.auth, code, password.value);
      stage.close(true);
    }),
  );
}
