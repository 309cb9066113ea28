// What a method demands of its caller, as its proto says.
import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { type Rule, default_rule, rule } from "../gen/callgate/v1/rule_pb.ts";

/** The rule of a method: its own, or else its service's default. */
export function ruleOf(method: DescMethod): Rule {
  return hasOption(method, rule) ? getOption(method, rule) : getOption(method.parent, default_rule);
}

/** Whether a method reads the token of an end user. Where it does not, none is sent. */
export function asksForEndUser(method: DescMethod): boolean {
  return ruleOf(method).endUser !== undefined;
}
