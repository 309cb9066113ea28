//! Every token in every slot of a call to a server.

use http::HeaderMap;

use super::{Issuers, Kind, Slot, report::Report};

/// What a method's rule admits, for the slots suite.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rule<'a> {
    /// The tokens of which any one admits a call, each in its slot.
    pub admits: &'a [(Kind, Slot)],
    /// The tokens that a call must bring besides, each in its slot. Every call of the suite brings them, right in everything,
    /// except in the slot that is being tried.
    pub besides: &'a [(Kind, Slot)],
}

/// Makes calls with a token of every kind in every slot, right in everything and wrong in one thing, and returns how many.
///
/// `call` makes a call to a method with these headers besides its own, and says whether it was admitted. What `rule` names is to
/// be, and nothing else: not a right token in another slot, nor one that is there twice.
///
/// The method must demand a caller, or an app: whoever is admitted without any token is admitted with a wrong one where nobody
/// looks. A rule that demands two tokens at once is tried twice, each time for one of them with the other `besides`:
///
/// ```
/// # use callgate_testkit::confusion::{Issuers, Kind, Rule, Slot, slots};
/// # async fn run(issuers: &Issuers, mut admitted: impl AsyncFnMut(http::HeaderMap) -> bool) {
/// let service = [(Kind::Google, Slot::Authorization)];
/// let user = [(Kind::Firebase, Slot::EndUserAuthorization)];
/// let mut cases = 0;
/// for (admits, besides) in [(&service, &user), (&user, &service)] {
///     cases += slots(issuers, Rule { admits, besides }, &mut admitted).await;
/// }
/// println!("{cases} calls, none confused");
/// # }
/// ```
///
/// # Panics
///
/// Where a call is admitted that should not be, or is refused that should be admitted.
pub async fn slots(
    issuers: &Issuers,
    rule: Rule<'_>,
    mut call: impl AsyncFnMut(HeaderMap) -> bool,
) -> usize {
    let tokens = Kind::ALL.map(|kind| (kind, issuers.token(kind), issuers.near_offers(kind)));
    let mut report = Report::default();
    for slot in Slot::ALL {
        let mut besides = HeaderMap::new();
        for (kind, other) in rule.besides.iter().filter(|(_, other)| *other != slot) {
            other.put(&mut besides, &issuers.token(*kind));
        }
        let admitted = call(besides.clone()).await;
        report.case(admitted, false, |verb| {
            format!("{verb} in {slot:?}: no token")
        });
        for (kind, token, offers) in &tokens {
            for offer in offers {
                let mut headers = besides.clone();
                slot.put(&mut headers, &offer.token);
                let is_right = offer.is.is_some_and(|is| rule.admits.contains(&(is, slot)));
                let admitted = call(headers).await;
                report.case(admitted, is_right, |verb| {
                    format!("{verb} in {slot:?}: {}", offer.name)
                });
            }
            let mut twice = besides.clone();
            slot.put(&mut twice, token);
            slot.put(&mut twice, token);
            let admitted = call(twice).await;
            report.case(admitted, false, |verb| {
                format!("{verb} in {slot:?}: a token of {kind:?} that is there twice")
            });
            let mut misspelled = besides.clone();
            slot.put_by_wrong_scheme(&mut misspelled, token);
            let admitted = call(misspelled).await;
            report.case(admitted, false, |verb| {
                format!("{verb} in {slot:?}: a token of {kind:?} by a wrong scheme")
            });
        }
    }
    report.finish()
}
