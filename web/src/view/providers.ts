// The ways to sign in, as people call them.

const NAMES: Readonly<Record<string, string>> = {
  anonymous: "nothing, as a guest",
  "facebook.com": "Facebook",
  "github.com": "GitHub",
  "google.com": "Google",
  password: "e-mail and password",
  phone: "phone",
};

export function providerName(id: string | undefined): string | undefined {
  return id && (NAMES[id] ?? id);
}
