// The second factor: asked for at sign-in, added and removed in the profile.
import {
  type MultiFactorInfo,
  type MultiFactorResolver,
  TotpMultiFactorGenerator,
  type TotpSecret,
  type User,
  getMultiFactorResolver,
  multiFactor,
} from "firebase/auth";
import { FirebaseError } from "firebase/app";
import type { SignIn } from "../identity/sign-in.ts";
import { element, field, part } from "./dom.ts";
import { onSubmit } from "./form.ts";
import type { Stage } from "./stage.ts";

/** Goes on to the second factor if that is what the failure asks for. */
export function askForSecondFactor(error: unknown, signIn: SignIn, stage: Stage, back: () => void): boolean {
  if (!(error instanceof FirebaseError) || error.code !== "auth/multi-factor-auth-required") return false;
  const resolver = getMultiFactorResolver(signIn.auth, error as Parameters<typeof getMultiFactorResolver>[1]);
  const app = resolver.hints.find(isAuthenticator);
  if (app === undefined)
    stage.problem({ text: "This account wants a second factor that this page does not know: an SMS." });
  else askForCode(resolver, app, signIn, stage, back);
  return true;
}

function askForCode(
  resolver: MultiFactorResolver,
  app: MultiFactorInfo,
  signIn: SignIn,
  stage: Stage,
  back: () => void,
): void {
  const content = stage.show("step-code");
  const form = part(content, "form", HTMLFormElement);
  const code = field(form, "code");
  part(content, "title").textContent = "One more step";
  part(content, "text").textContent = `Enter the code that ${app.displayName || "your authenticator app"} shows.`;
  part(form, "back").addEventListener("click", back);
  onSubmit(form, () =>
    stage.run(async () => {
      const proof = TotpMultiFactorGenerator.assertionForSignIn(app.uid, code.value.replaceAll(" ", ""));
      await resolver.resolveSignIn(proof);
      await signIn.joinProvider();
      stage.close(true);
    }),
  );
  code.focus();
}

/** Adds an authenticator app; `after` shows what comes next, whether it was added or not. */
export async function enrolAuthenticator(user: User, stage: Stage, after: () => void): Promise<void> {
  const secret = await TotpMultiFactorGenerator.generateSecret(await multiFactor(user).getSession());
  const content = stage.show("step-enrol");
  const form = part(content, "form", HTMLFormElement);
  const code = field(form, "code");
  part(content, "key").textContent = grouped(secret);
  part(content, "uri", HTMLAnchorElement).href = secret.generateQrCodeUrl(user.email ?? user.uid, "Cats or dogs");
  part(form, "back").addEventListener("click", after);
  onSubmit(form, () =>
    stage.run(async () => {
      const proof = TotpMultiFactorGenerator.assertionForEnrollment(secret, code.value.replaceAll(" ", ""));
      await multiFactor(user).enroll(proof, "your authenticator app");
      after();
    }),
  );
  code.focus();
}

/** Shows the user's second factors, each with a way to remove it. */
export function showFactors(section: HTMLElement, user: User, stage: Stage, after: () => void): void {
  const factors = multiFactor(user).enrolledFactors;
  section.hidden = !user.emailVerified && factors.length === 0; // adding one demands a verified address
  part(section, "no-factor").hidden = factors.length > 0;
  part(section, "enrol").hidden = factors.some(isAuthenticator);
  part(section, "enrol").addEventListener("click", () => stage.run(() => enrolAuthenticator(user, stage, after)));
  part(section, "factor-list").replaceChildren(
    ...factors.map((factor) => {
      const item = element("li", isAuthenticator(factor) ? "Authenticator app " : "Phone ");
      const remove = element("button", "Remove");
      remove.type = "button";
      remove.className = "plain";
      remove.onclick = () =>
        stage.run(async () => {
          await multiFactor(user).unenroll(factor);
          after();
        });
      item.append(remove);
      return item;
    }),
  );
}

function isAuthenticator({ factorId }: MultiFactorInfo): boolean {
  return factorId === TotpMultiFactorGenerator.FACTOR_ID;
}

function grouped({ secretKey }: TotpSecret): string {
  return secretKey.match(/.{1,4}/g)?.join(" ") ?? secretKey;
}
