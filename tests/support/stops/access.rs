//! Stops of the walk: how one gets in, one’s own ways to prove who one is, and who is let in.

use super::super::site::Site;
use super::contact::areas;
use super::protection::settings;
use super::{Stop, here, on_paper, open, refused, send};
use hustings::access::Role;
use uuid::Uuid;

/// What comes by email, or is shown to be scanned.
pub(super) fn links(site: &Site) -> Vec<Stop> {
    let of = |path: &str, kind: &str| format!("{path}{}", site.links[kind]);
    let (reset, sign_in) = (of("/password/reset/", "reset"), of("/sign-in/link/", "sign-in"));
    let (email, invitation) = (of("/account/email/", "email"), of("/invitation/", "invitation"));
    let (join, over) = (of("/join/", "join"), of("/sign-in/link/", "over"));
    let email_field = [("email", "nobody")];
    vec![
        here("/password/forgotten"),
        send("/password/forgotten", "/password/forgotten", 422, &email_field),
        send("/password/forgotten", "/password/forgotten", 200, &[("email", "nobody@lantern.example")]),
        here("/sign-in/link"),
        send("/sign-in/link", "/sign-in/link", 422, &email_field),
        open("/password/reset/{token}", reset.clone()),
        send("/password/reset/{token}", reset, 422, &[("password", "short")]),
        open("/sign-in/link/{token}", sign_in),
        Stop { status: 410, ..open("/sign-in/link/{token}", over.clone()) },
        send("/sign-in/link/{token}", over, 410, &[]),
        open("/account/email/{token}", email.clone()),
        send("/account/email/{token}", email, 200, &[("answer", "no")]),
        open("/invitation/{token}", invitation.clone()),
        send("/invitation/{token}", invitation, 422, &[("name", ""), ("password", "short")]),
        open("/join/{code}", join.clone()),
        send("/join/{code}", join, 422, &[("name", ""), ("contact", "call me")]),
        Stop { status: 404, ..here("/join/waiting") },
    ]
}

/// One's own ways to prove who one is.
pub(super) fn own_factors(role: Role) -> Vec<Stop> {
    let leads = |route: &'static str| Stop { status: 303, ..here(route) };
    let mut stops = vec![
        leads("/sign-in/factor"),
        leads("/sign-in/set-up-factor"),
        leads("/sign-in/terms"),
        here("/account/factors"),
        send("/account/apps", "/account/apps", 200, &[("next", "")]),
        send("/account/email", "/account/email", 422, &[("email", "nobody")]),
    ];
    if role == Role::Volunteer {
        stops.extend([leads("/account/recovery-codes"), leads("/account/confirm")]);
        return stops;
    }
    stops.extend([
        open("/account/confirm", "/account/confirm?again=1&next=/account"),
        send("/account/confirm", "/account/confirm", 422, &[("code", "000000")]),
        send(
            "/account/apps/confirm",
            "/account/apps/confirm",
            409,
            &[("ceremony", "018f0000-0000-7000-8000-000000000000")],
        ),
        here("/account/recovery-codes"),
        on_paper(send("/account/recovery-codes", "/account/recovery-codes", 200, &[("next", "")])),
    ]);
    stops
}

/// Inviting somebody; organisers and administrators.
pub(super) fn invitations(role: Role) -> Vec<Stop> {
    const NEW: &str = "/access/invitations/new";
    let mut stops = vec![
        here("/access/invitations"),
        here(NEW),
        send("/access/invitations", "/access/invitations", 422, &[("role", "volunteer"), ("email", "nobody")]),
    ];
    if role == Role::Administrator {
        stops.push(open(NEW, "/access/invitations/new?role=none"));
    }
    stops
}

pub(super) fn anybody() -> Vec<Stop> {
    vec![
        here("/sign-in"),
        open("/sign-in", "/sign-in?ended=1&kept=1&next=/canvass"),
        open("/sign-in", "/sign-in?set_up=1"),
        send("/sign-in", "/sign-in", 422, &[("email", "nobody@lantern.example"), ("password", "wrong")]),
        send("/sign-in", "/sign-in", 422, &[("email", "nobody@lantern.example")]),
        here("/status"),
        here("/privacy"),
        here("/privacy/earlier"),
        here("/licence"),
        refused("/there-is-no-such-page", 404),
    ]
}

/// An organiser's own part of access.
pub(super) fn delegation(site: &Site) -> Vec<Stop> {
    const LIST: &str = "/access/volunteers";
    let of = |act: &str| format!("/access/volunteers/{}/{act}", site.volunteer.grant);
    let review = format!("/access/reviews/{}", site.review);
    vec![
        here(LIST),
        open(LIST, "/access/volunteers?said=given&sort=-seen"),
        open(LIST, "/access/volunteers?tab=ended"),
        here("/access/volunteers/new"),
        send(LIST, LIST, 422, &[("email", "nobody"), ("from", "soon")]),
        send(LIST, LIST, 200, &[("area", &site.area), ("show", "true")]),
        open("/access/volunteers/{id}/renew", of("renew")),
        send("/access/volunteers/{id}/renew", of("renew"), 422, &[("until", "soon")]),
        open("/access/volunteers/{id}/end", of("end")),
        send("/access/volunteers/{id}/end", of("end"), 422, &[]),
        here("/access/reviews"),
        open("/access/reviews/{id}", review.clone()),
        send("/access/reviews/{id}", review, 422, &[("answer", "end")]),
    ]
}

/// What two people decide, the emergency's hour, reviews: for administrators, and to read for the data protection officer.
pub(super) fn matters(site: &Site) -> Vec<Stop> {
    vec![
        open("/access/requests", "/access/requests?said=asked"),
        open("/access/requests/{id}", format!("/access/requests/{}", site.request)),
        here("/access/break-glass"),
        send("/access/break-glass", "/access/break-glass", 422, &[("role", "king")]),
        here("/access/reviews"),
        open("/access/reviews/{id}", format!("/access/reviews/{}?done=0", site.review)),
    ]
}

pub(super) fn decisions(site: &Site) -> Vec<Stop> {
    let request = |act: &str| format!("/access/requests/{}/{act}", site.request);
    let review = format!("/access/reviews/{}", site.review);
    vec![
        send("/access/requests/{id}/approval", request("approval"), 422, &[]),
        send("/access/requests/{id}/refusal", request("refusal"), 422, &[]),
        send("/access/requests/{id}/stop", request("stop"), 422, &[]),
        here("/access/reviews/new"),
        send("/access/reviews", "/access/reviews", 422, &[]),
        send("/access/reviews", "/access/reviews", 200, &[("area", &site.area)]),
        send("/access/reviews/{id}", review.clone(), 422, &[]),
        send("/access/reviews/{id}", review, 422, &[("answer", "end")]),
    ]
}

pub(super) fn administrator(site: &Site) -> Vec<Stop> {
    let mut stops = accounts(site);
    stops.extend(invitations(Role::Administrator));
    stops.extend(areas(site));
    stops.extend(matters(site));
    stops.extend(decisions(site));
    stops.extend(settings());
    stops.extend([
        here("/messages/imprint"),
        here("/messages/imprint/campaigns/new"),
        open("/messages/imprint/campaigns/{campaign}", format!("/messages/imprint/campaigns/{}", site.campaign)),
        here("/areas/polling-places"),
        here("/access/tools"),
        open("/access/tools/close", "/access/tools/close?tool=contact"),
        open("/access/tools/close", format!("/access/tools/close?tool=all&area={}&stay=organiser", site.area)),
        send("/access/tools/close", "/access/tools/close", 422, &[("tool", "contact"), ("notice", "")]),
        here("/protection/alerts"),
        open("/protection/alerts/{number}", format!("/protection/alerts/{}", site.found.officers)),
        here("/access/outbox"),
        here("/access/terms"),
        send("/access/terms", "/access/terms", 422, &[("text", "")]),
        send(
            "/access/tools/close",
            "/access/tools/close",
            422,
            &[("tool", "contact"), ("notice", "own"), ("area", "0")],
        ),
        here("/access/permissions"),
        here("/polls"),
        send("/polls", "/polls", 422, &[("name", ""), ("date", ""), ("kind", ""), ("area", "")]),
        refused("/electors", 403),
    ]);
    stops
}

pub(super) fn accounts(site: &Site) -> Vec<Stop> {
    const ACCOUNT: &str = "/access/accounts/{id}";
    const PASSWORD: &str = "/access/accounts/{id}/password";
    const GRANTS: &str = "/access/accounts/{id}/grants/new";
    const END: &str = "/access/grants/{id}/end";
    const MANY: &str = "/access/end-access";
    let of = |id: Uuid, rest: &str| format!("/access/accounts/{id}{rest}");
    let (other, gone) = (site.other.id, site.gone.id);
    let end = format!("/access/grants/{}/end", site.other.grant);
    vec![
        here("/access"),
        open("/access", "/access?tab=accounts"),
        open("/access", "/access?tab=ended"),
        send("/access", "/access", 200, &[("q", "organiser"), ("tab", "accounts")]),
        send("/access", "/access", 200, &[("q", "nobody of this name")]),
        Stop { status: 303, ..here("/access/accounts") },
        here("/access/accounts/new"),
        send("/access/accounts", "/access/accounts", 422, &[("name", ""), ("email", "nobody"), ("password", "short")]),
        send("/access/accounts", "/access/accounts", 200, &[("name", "Bo"), ("email", "bo@lantern.example")]),
        open(ACCOUNT, of(other, "")),
        open(ACCOUNT, of(gone, "")),
        open(PASSWORD, of(other, "/password")),
        send(PASSWORD, of(other, "/password"), 422, &[("password", "short")]),
        send(PASSWORD, of(other, "/password"), 200, &[("password", "")]),
        send(PASSWORD, of(other, "/password"), 200, &[("password", ""), ("make", "true")]),
        open("/access/accounts/{id}/factors", of(other, "/factors")),
        open("/access/accounts/{id}/factors", of(gone, "/factors")),
        send("/access/accounts/{id}/factors", of(other, "/factors"), 422, &[("reason", "")]),
        open(GRANTS, of(other, "/grants/new")),
        open(GRANTS, of(other, "/grants/new?role=administrator")),
        send("/access/accounts/{id}/grants", of(other, "/grants"), 422, &[("role", "organiser")]),
        open(END, end.clone()),
        send(END, end, 422, &[]),
        open("/access/accounts/{id}/end-access", of(other, "/end-access")),
        send("/access/accounts/{id}/end-access", of(other, "/end-access"), 422, &[]),
        on_paper(open("/access/accounts/{id}/receipt", of(gone, "/receipt"))),
        open("/access/accounts/{id}/receipt", of(other, "/receipt")),
        open("/access/accounts/{id}/days", of(gone, "/days")),
        open("/access/accounts/{id}/days", of(other, "/days")),
        open(
            "/access/accounts/{id}/days/{day}",
            of(gone, &format!("/days/{}", chrono::Utc::now().with_timezone(&chrono_tz::Europe::London).date_naive())),
        ),
        here(MANY),
        open(MANY, "/access/end-access?role=administrator"),
        open(MANY, "/access/end-access?role=data-protection-officer&unseen=1000"),
        Stop { status: 422, ..open(MANY, "/access/end-access?unseen=soon&joined=never") },
        send(MANY, MANY, 422, &[("role", "organiser")]),
        send(MANY, MANY, 422, &[]),
        on_paper(open("/access/endings/groups/{id}", site.group.clone())),
        on_paper(open("/access/endings/{id}", site.ending.clone())),
        open("/access/endings/{id}", format!("{}?written=1", site.ending)),
        send("/access/endings/{id}/given", format!("{}/given", site.ending), 409, &[]),
        open("/access/endings/{id}/give-back", format!("{}/give-back", site.ending)),
        send("/access/endings/{id}/give-back", format!("{}/give-back", site.ending), 422, &[]),
        on_paper(open("/access/endings/{id}/letter", format!("{}/letter", site.ending))),
        open("/access/accounts/{id}/give-back", of(gone, "/give-back")),
        send("/access/accounts/{id}/give-back", of(gone, "/give-back"), 422, &[]),
        send("/access/accounts/{id}/give-back", of(other, "/give-back"), 409, &[("reason", "Back again")]),
    ]
}
