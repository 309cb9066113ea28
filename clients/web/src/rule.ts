// What a method demands of its caller, as its proto says.
import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { type Rule, default_rule, rule } from "./gen/callgate/v1/rule_pb.js";

export type { Rule };

/** The rule of a method: its own, or else its service's default. */
export function ruleOf(method: DescMethod): Rule {
  return hasOption(method, rule) ? getOption(method, rule) : getOption(method.parent, default_rule);
}
