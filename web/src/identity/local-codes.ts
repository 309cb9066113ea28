// A local system sends neither SMS nor mail: the codes wait at its identity provider, for the developer to take.

export type LocalCodes = ReturnType<typeof localCodes>;

export function localCodes(origin: string, projectId: string) {
  async function list(kind: "verificationCodes" | "oobCodes"): Promise<Record<string, unknown>[]> {
    try {
      const response = await fetch(`${origin}/emulator/v1/projects/${encodeURIComponent(projectId)}/${kind}`);
      const body = (await response.json()) as Record<string, unknown>;
      const codes = body[kind];
      return response.ok && Array.isArray(codes) ? codes : [];
    } catch {
      return []; // a convenience only: without it the page works as it does elsewhere
    }
  }

  return {
    /** The last code sent to a phone number. */
    async sms(phoneNumber: string): Promise<string | undefined> {
      const sent = (await list("verificationCodes")).findLast((code) => code["phoneNumber"] === phoneNumber);
      return asText(sent?.["code"]);
    },

    /** The link of the last mail of a kind to an address; this page handles it (`actions.ts`). */
    async mail(email: string, requestType: "PASSWORD_RESET" | "VERIFY_EMAIL"): Promise<string | undefined> {
      const sent = (await list("oobCodes")).findLast(
        (code) => asText(code["email"])?.toLowerCase() === email.toLowerCase() && code["requestType"] === requestType,
      );
      const oobCode = asText(sent?.["oobCode"]);
      if (oobCode === undefined) return undefined;
      const mode = requestType === "PASSWORD_RESET" ? "resetPassword" : "verifyEmail";
      return `/?${new URLSearchParams({ mode, oobCode })}`;
    },
  };
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
