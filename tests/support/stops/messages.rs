//! Stops of the walk: messages, and whose imprint they carry.

use super::super::site::Site;
use super::{Stop, here, on_paper, open, send};
use uuid::Uuid;

/// Whose imprint messages carry, and the page that asks for help.
pub(super) fn asking(site: &Site) -> Vec<Stop> {
    const CAMPAIGN: &str = "/messages/imprint/campaigns/{campaign}";
    const CAMPAIGNS_NEW: &str = "/messages/imprint/campaigns/new";
    let campaign = format!("/messages/imprint/campaigns/{}", site.campaign);
    vec![
        here("/messages/imprint"),
        send("/messages/imprint", "/messages/imprint", 422, &[("area", &site.area)]),
        open(CAMPAIGNS_NEW, CAMPAIGNS_NEW),
        send(
            "/messages/imprint/campaigns",
            "/messages/imprint/campaigns",
            422,
            &[("welsh", "yes"), ("about", "senedd")],
        ),
        open(CAMPAIGN, campaign.clone()),
        send(CAMPAIGN, campaign, 422, &[("about", "nothing")]),
        open("/volunteers/asking", format!("/volunteers/asking?area={}", site.area)),
        send("/volunteers/asking", "/volunteers/asking", 422, &[("area", "nowhere"), ("open", "yes")]),
        on_paper(open("/volunteers/asking/{area}", format!("/volunteers/asking/{}", site.area))),
    ]
}

/// Messages: written, as they stand, sent off.
pub(super) fn messages(site: &Site) -> Vec<Stop> {
    let one = |id: Uuid| format!("/messages/{id}");
    let m = &site.messages;
    vec![
        here("/messages"),
        open("/messages", "/messages?tab=going"),
        open("/messages", "/messages?tab=sent"),
        here("/messages/choose"),
        here("/messages/new"),
        open("/messages/new", "/messages/new?form=meeting"),
        send("/messages/new", "/messages/new", 422, &[("subject", ""), ("body", "{{no}}"), ("area", "x")]),
        open("/messages/{message}", one(m.draft)),
        send("/messages/{message}/pictures", one(m.draft) + "/pictures", 422, &[("shows", "")]),
        open("/messages/{message}", one(m.service)),
        open("/messages/{message}", one(m.text)),
        open("/messages/new", "/messages/new?channel=text"),
        open("/messages/new", format!("/messages/new?form=shift-change&event={}", site.events.on)),
        open("/messages/{message}", one(m.waiting)),
        open("/messages/{message}", one(m.sent)),
        open("/messages/{message}/people", one(m.sent) + "/people?which=no-consent"),
        open("/messages/{message}/people", one(m.sent) + "/people?which=failed"),
        open("/messages/{message}/edit", one(m.draft) + "/edit"),
        send("/messages/{message}/edit", one(m.draft) + "/edit", 422, &[("subject", ""), ("body", "")]),
        open("/messages/{message}/sending", one(m.draft) + "/sending"),
        send("/messages/{message}/sending", one(m.draft) + "/sending", 422, &[("when", "later"), ("at", "soon")]),
    ]
}
