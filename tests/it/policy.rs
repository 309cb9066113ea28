//! The rules in the servers are those of the protos.

use std::time::Duration;

use callgate::{Callers, EndUserRule, InternalUserRule, Method, Rule, ServiceAccountRule};
use callgate_api::{
    FILE_DESCRIPTOR_SET, admin::v1::admin_service_gate, profiles::v1::profile_service_gate,
    votes::v1::vote_service_gate,
};

const SIGNED_IN: Rule = Rule::end_user(EndUserRule::SIGNED_IN);

fn unary(path: &'static str, rule: Rule) -> Method {
    Method {
        path,
        client_streaming: false,
        server_streaming: false,
        rule,
    }
}

#[test]
fn everyone_sees_the_tally_only_users_vote_and_only_admin_resets() {
    let admin_only = Rule::any_of(Callers {
        service_account: Some(ServiceAccountRule {
            names: &["admin"],
            on_behalf_of: None,
        }),
        ..Callers::NOBODY
    });
    assert_eq!(
        vote_service_gate::METHODS,
        [
            unary("/votes.v1.VoteService/CastVote", SIGNED_IN),
            unary("/votes.v1.VoteService/GetResults", Rule::PUBLIC),
            Method {
                server_streaming: true,
                ..unary("/votes.v1.VoteService/WatchResults", Rule::PUBLIC)
            },
            unary("/votes.v1.VoteService/ListMyVotes", SIGNED_IN),
            unary("/votes.v1.VoteService/ResetVotes", admin_only),
        ]
    );
}

#[test]
fn only_internal_users_administrate() {
    let internal_users = Rule::any_of(Callers {
        internal_user: Some(InternalUserRule::ANYONE),
        ..Callers::NOBODY
    });
    assert_eq!(admin_service_gate::METHODS.len(), 6);
    for method in admin_service_gate::METHODS {
        assert_eq!(method.rule, internal_users, "{}", method.path);
    }
}

#[test]
fn guests_have_a_profile_too_and_only_who_signed_in_lately_ends_things() {
    let guests_too = Rule::end_user(EndUserRule {
        anonymous: true,
        session_cookie: true,
        revocation_checked_within: Some(Duration::from_mins(1)),
        ..EndUserRule::SIGNED_IN
    });
    let watched = Rule::end_user(EndUserRule {
        anonymous: true,
        revocation_checked_within: Some(Duration::from_secs(5)),
        ..EndUserRule::SIGNED_IN
    });
    let standing = Rule::end_user(EndUserRule {
        revocation_checked_within: Some(Duration::ZERO),
        ..EndUserRule::SIGNED_IN
    });
    let recent = Rule::end_user(EndUserRule {
        signed_in_within: Some(Duration::from_mins(5)),
        ..EndUserRule::SIGNED_IN
    });
    let standing_and_recent = Rule::end_user(EndUserRule {
        revocation_checked_within: Some(Duration::ZERO),
        signed_in_within: Some(Duration::from_mins(5)),
        ..EndUserRule::SIGNED_IN
    });
    assert_eq!(
        profile_service_gate::METHODS,
        [
            unary("/profiles.v1.ProfileService/GetMyProfile", guests_too),
            Method {
                server_streaming: true,
                ..unary("/profiles.v1.ProfileService/WatchMyProfile", watched)
            },
            unary("/profiles.v1.ProfileService/UpdateMyProfile", standing),
            unary("/profiles.v1.ProfileService/SignOutEverywhere", recent),
            unary(
                "/profiles.v1.ProfileService/DeleteMyAccount",
                standing_and_recent
            ),
            unary("/profiles.v1.ProfileService/CreateSession", recent),
            unary("/profiles.v1.ProfileService/EndSession", Rule::PUBLIC),
        ]
    );
}

#[test]
fn the_descriptors_for_reflection_hold_the_rules() {
    for name in [
        "votes/v1/votes.proto",
        "profiles/v1/profiles.proto",
        "admin/v1/admin.proto",
        "callgate/v1/rule.proto",
    ] {
        assert!(
            FILE_DESCRIPTOR_SET
                .windows(name.len())
                .any(|part| part == name.as_bytes()),
            "{name} is missing"
        );
    }
}
