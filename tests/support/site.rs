//! A site with something on every page: a list under way, answers that stand, differ and wait, registers in every
//! state, access that was given and ended.

use super::app::{Account, TestApp, seed_place};
use super::books::Books;
use super::events::Events;
use super::found::FoundThere;
use super::imports::{import_for, upload_and_read};
use super::materials::cards;
use super::members::Members;
use super::paper;
use super::people::{agrees_to_email, person};
use super::register::Generated;
use super::rounds;
use super::voters::Voters;
use super::walk::{Walk, change};
use hustings::access::{Role, Token};
use hustings::config::Config;
use hustings::database::Database;
use hustings::web::{App, RouteInfo, routes};
use sqlx::{query, query_scalar};
use std::collections::HashMap;
use uuid::Uuid;

/// What the data protection officer has to do.
pub struct Rights {
    /// A request that is overdue.
    pub open: i64,
    /// One that was answered.
    pub closed: i64,
    /// The receipt of an erasure.
    pub erasure: String,
}

/// A running service with its people, and the ids of what is there.
pub struct Site {
    /// The service.
    pub app: TestApp,
    /// The list under way.
    pub walk: Walk,
    /// A list that was ended.
    pub ended_list: String,
    /// The id of what was said at the list's second door.
    pub said: String,
    /// Who holds the list.
    pub volunteer: Account,
    /// An organiser on all areas, whose imports they are.
    pub organiser: Account,
    /// Somebody whose access may be ended.
    pub other: Account,
    /// Somebody whose access was ended.
    pub gone: Account,
    /// The receipt of that end.
    pub ending: String,
    /// The page of ends that came together.
    pub group: String,
    /// A review of Quillbrook's access that is open.
    pub review: Uuid,
    /// Access as administrator that waits for a second person.
    pub request: Uuid,
    /// Somebody who wants nobody at the door.
    pub objector: String,
    /// The register in force: its import's path.
    pub applied: String,
    /// An import that waits to be looked over.
    pub ready: String,
    /// One that is being read.
    pub reading: Uuid,
    /// One that failed.
    pub failed: Uuid,
    /// An area made of districts.
    pub area: String,
    /// A polling district's number.
    pub district: String,
    /// A street of it, as the form for a new list names it.
    pub street: String,
    /// Tokens of links of each kind, and of one whose time is over.
    pub links: HashMap<&'static str, String>,
    /// Requests, and an erasure.
    pub rights: Rights,
    /// The data protection officer's books.
    pub books: Books,
    /// An export that its asker, the organiser, may fetch.
    pub ready_export: i64,
    /// One of somebody else's that waits for a second person.
    pub waiting_export: i64,
    /// What watching has found.
    pub found: FoundThere,
    /// A member of Quillbrook's branch.
    pub person: Uuid,
    /// News of Quillbrook that stands now.
    pub news: String,
    /// A member of Quillbrook, and membership files that wait, ask for their columns, and were applied.
    pub members: Members,
    /// A pile of the list's first cards, one of them entered.
    pub pile: i64,
    /// Councils' lists of a poll, of the organiser, in each state.
    pub voters: Voters,
    /// A kept selection of Quillbrook.
    pub selection: Uuid,
    /// A letter of Quillbrook, and one of the whole organisation.
    pub letters: [Uuid; 2],
    /// A leaflet’s design of Quillbrook.
    pub design: Uuid,
    /// Kept looks: labels and out cards of Quillbrook, and a poster of the whole organisation.
    pub kept: [Uuid; 3],
    /// Canvass cards of the list under way, printed, and out on paper.
    pub run: i64,
    /// Runs that wait, that were stopped, that failed, and whose file is gone.
    pub runs: [i64; 4],
    /// Messages of Quillbrook as they stand.
    pub messages: Messages,
    /// A campaign of Quillbrook with an imprint of its own, without a printer.
    pub campaign: String,
    /// What is on in Quillbrook.
    pub events: Events,
    /// A task that was asked for at a door of Quillbrook, in nobody’s hands.
    pub task: Uuid,
    /// A referral in the volunteer’s hands.
    pub own_task: Uuid,
    /// A volunteer of Quillbrook.
    pub helper: Uuid,
    /// A round of Quillbrook that the volunteer delivers.
    pub round: Uuid,
    /// A leaflet that the volunteer has in hand for it.
    pub leaflet: Uuid,
}

impl Site {
    /// Makes it all.
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let ended_list = Walk::new(&app.database, "SG1").await.list;
        change(&app, "update walk_list set ended_at = now() where name = 'SG1 1'").await;
        let (volunteer, said) = answers(&app, &walk).await;
        let organiser = app.account(Role::Organiser, "all").await;
        let objector = walk.doors[5].electors[0].clone();
        for elector in &walk.doors[5].electors {
            let stop = format!("/electors/{elector}/objection");
            app.sign_in(&organiser).await.post(&stop, &[("how", "At the door")]).await.expect(303);
        }
        let (run, runs) = printed(&app, &organiser, &walk).await;
        let (applied, ready) = registers(&app, &organiser).await;
        let [reading, failed] = states(&app, &organiser).await;
        let (other, gone, ending, group) = access(&app).await;
        let (review, request) = open_matters(&app, &other).await;
        seal(&app).await;
        let area = one(&app, "select area_id::text from area where name = 'Quillbrook'").await;
        let district = one(&app, "select area_no::text from district where letters = 'QB1'").await;
        let street = one(&app, "select area_no || ':' || street_key from household join district using (area_no) where letters = 'QB1' limit 1").await;
        let mut links = links(&app, &organiser, &volunteer, &walk).await;
        let rights = rights(&app, &walk).await;
        let books = Books::new(&app, &organiser).await;
        let (ready_export, waiting_export) = exports(&app, &organiser, &other).await;
        let found = FoundThere::new(&app, &organiser, &gone).await;
        let person = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
        agrees_to_email(&app, person).await;
        let news = news(&app).await;
        let members = Members::new(&app).await;
        let events = Events::new(&app, &volunteer, &walk.list).await;
        let [task, own_task, helper] = helping(&app, &volunteer).await;
        let round = rounds::round(&app, "Quillbrook 1", "odd", Some(volunteer.id)).await;
        let leaflet = rounds::leaflet(&app, "Quillbrook", "Autumn survey").await;
        rounds::hand(&app, leaflet, round).await;
        links.extend(delivery(&app, &organiser, helper).await);
        let pile = paper::printed(&app, &walk, 2, &organiser).await;
        app.sign_in(&organiser).await.post(&format!("/paper/{pile}"), &[("line", "3 F")]).await.expect(303);
        Site {
            members,
            pile,
            voters: Voters::new(&app, &organiser).await,
            selection: selection(&app).await,
            letters: letters(&app).await,
            design: design(&app).await,
            kept: kept(&app).await,
            run,
            runs,
            messages: messages(&app, &organiser).await,
            campaign: one(&app, "select campaign_id::text from message_campaign limit 1").await,
            links,
            events,
            task,
            own_task,
            helper,
            round,
            leaflet,
            app,
            books,
            ready_export,
            waiting_export,
            found,
            person,
            news,
            walk,
            ended_list,
            said,
            volunteer,
            organiser,
            other,
            gone,
            ending,
            group,
            review,
            request,
            objector,
            applied,
            ready,
            reading,
            failed,
            area,
            district,
            street,
            rights,
        }
    }

    /// Every route of the service.
    pub fn routes(&self) -> Vec<RouteInfo> {
        routes_of(&self.app)
    }
}

/// A link of each kind that is out, and one whose time is over.
async fn links(app: &TestApp, organiser: &Account, volunteer: &Account, walk: &Walk) -> HashMap<&'static str, String> {
    let mut links = HashMap::new();
    for kind in ["invitation", "reset", "sign-in", "email", "join", "over"] {
        let token = Token::new();
        let made = "insert into link (link_id, key, kind, account_id, address, made_by, ends_at, name, role, area_id, purpose, reason,
              grant_ends_at, partition_id, list_id, change_id, to_new)
            select gen_random_uuid(), $1, case $2 when 'over' then 'sign-in' else $2 end,
              case when $2 in ('invitation', 'join') then null else $4 end,
              case when $2 <> 'join' then 'bo@lantern.example' end, case when $2 in ('invitation', 'join') then $3 end,
              now() + case $2 when 'over' then interval '-1 second' else interval '1 hour' end,
              'Bo Ferreday', case $2 when 'invitation' then 'volunteer' end,
              case $2 when 'invitation' then (select area_id from area where name = 'Quillbrook') end,
              case $2 when 'invitation' then 'Canvassing' end, 'Test', case $2 when 'invitation' then now() + interval '9 days' end,
              case $2 when 'join' then split_part($5, '.', 1)::integer end, case $2 when 'join' then split_part($5, '.', 2)::bigint end,
              case $2 when 'email' then gen_random_uuid() end, case $2 when 'email' then true end";
        let insert = query(made).bind(token.key()).bind(kind).bind(organiser.id).bind(volunteer.id).bind(&walk.list);
        insert.execute(&mut app.database.operator().await).await.unwrap();
        links.insert(kind, token.as_str().to_owned());
    }
    links
}

/// A task of Quillbrook that is nobody's, one in a volunteer's hands, one that is done; and somebody who helps there.
async fn helping(app: &TestApp, volunteer: &Account) -> [Uuid; 3] {
    let [task, own, done, helper] = [(); 4].map(|()| Uuid::now_v7());
    let mut db = app.database.operator().await;
    let tasks = "insert into task (task_id, area_id, what, partition_id, elector_id, household_id, words, agreed, due_on, assigned_to, could_not)
        select t.id, a.area_id, t.what, e.partition_id, e.elector_id, e.household_id, t.words, t.agreed, current_date + t.days, t.holder, t.why
        from (values ($1, 'will-help', '', '', -1, null::uuid, 'Nobody was in'), ($2, 'referral', 'Damp in the flat', 'Yes', 2, $4::uuid, ''),
          ($3, 'poster', '', '', 3, null, '')) t (id, what, words, agreed, days, holder, why)
        cross join (select e.* from elector e join district d using (area_no) where d.letters = 'QB1' and e.number = 'QB1-3') e
        join area a on a.area_no = e.area_no";
    query(tasks).bind(task).bind(own).bind(done).bind(volunteer.id).execute(&mut db).await.unwrap();
    query("update task set state = 'done', outcome = 'delivered' where task_id = $1")
        .bind(done)
        .execute(&mut db)
        .await
        .unwrap();
    for statement in [
        "insert into person (person_id, area_id, forename, surname, name_key, forename_key, source, under_18)
         select $1, area_id, 'Tamsin', 'Oldacre', 'oldacre tamsin', 'tamsin oldacre', 'typed', true from area where name = 'Quillbrook'",
        "insert into person_contact (person_id, area_id, email, email_key, mobile, for_organisers)
         select person_id, area_id, 'tamsin@lantern.example', 'tamsin@lantern.example', '+447700900123', true from person where person_id = $1",
        "insert into volunteer (person_id, area_id, skills, availability, access_needs)
         select person_id, area_id, array['driving'], array['saturdays'], 'No stairs' from person where person_id = $1",
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
         select gen_random_uuid(), person_id, area_id, 'phone', true, 'May we ring you?', 'typed in' from person where person_id = $1",
    ] {
        query(statement).bind(helper).execute(&mut db).await.unwrap();
    }
    [task, own, helper]
}

/// A page of Quillbrook that asks for help, an offer that waits to be confirmed, an imprint of its own, an address that comes
/// back. Answers the tokens of the offer and of the links in a message to the helper.
async fn delivery(app: &TestApp, organiser: &Account, helper: Uuid) -> [(&'static str, String); 2] {
    let token = Token::new();
    let mut db = app.database.operator().await;
    query("insert into volunteer_page (area_id, open, words, changed_by) select area_id, true, 'Two hours are plenty.', $1 from area where name = 'Quillbrook'")
        .bind(organiser.id)
        .execute(&mut db)
        .await
        .unwrap();
    query("insert into volunteer_sign_up (sign_up_id, key, area_id, forename, surname, name_key, forename_key, email)
           select gen_random_uuid(), $1, area_id, 'Una', 'Vale', 'vale una', 'una vale', 'una@lantern.example' from area where name = 'Quillbrook'")
        .bind(token.key())
        .execute(&mut db)
        .await
        .unwrap();
    for statement in [
        "insert into message_imprint (area_id, promoter, promoter_address, behalf, behalf_address)
         select area_id, 'B. Agent', '2 Larkspur Row, ZZ1 4QX', 'Wilma Vale', '3 Larkspur Row, ZZ1 4QX' from area where name = 'Quillbrook'",
        "insert into message_silence (channel, address_digest, why, status)
         values ('email', wall.address_digest('email', 'tamsin@lantern.example'), 'full', '5.2.2')",
        "insert into message_campaign (campaign_id, area_id, name, kind, nation, promoter, promoter_address, whose, behalf,
           behalf_address, printer, welsh, starts_on, ends_on)
         select gen_random_uuid(), area_id, 'Quillbrook 2027', 'local', 'wales', 'B. Agent', '2 Larkspur Row, ZZ1 4QX', 'candidate', 'Wilma Vale',
           '3 Larkspur Row, ZZ1 4QX', 'Presses', true, current_date, current_date + 200 from area where name = 'Quillbrook'",
        "insert into polling_place (area_no, name, address, postcode)
         select area_no, 'Quillbrook Village Hall', 'Hall Lane, Quillbrook', 'ZZ1 4QX' from district where letters = 'QB1'",
        "insert into polling_place (area_no, poll_id, name)
         select area_no, (select max(poll_id) from poll), 'The Ferry Inn' from district where letters = 'QB1'",
    ] {
        query(statement).execute(&mut db).await.unwrap();
    }
    let links = hustings::messages::unsubscribe::links(&super::app::keys(), "", helper, "email").unwrap();
    [("offer", token.as_str().to_owned()), ("unsubscribe", links.page.rsplit('/').next().unwrap().to_owned())]
}

/// Messages in each state.
pub struct Messages {
    /// A draft, with a reader and two who are left out.
    pub draft: Uuid,
    /// A service message's draft.
    pub service: Uuid,
    /// A text message's draft.
    pub text: Uuid,
    /// One that waits for a second person.
    pub waiting: Uuid,
    /// One that was sent.
    pub sent: Uuid,
}

async fn messages(app: &TestApp, organiser: &Account) -> Messages {
    let [draft, service, text, waiting, sent] = [(); 5].map(|()| Uuid::now_v7());
    let mut db = app.database.operator().await;
    for (id, kind, form, state, people, channel) in [
        (draft, "campaign", "", "draft", 0, "email"),
        (service, "service", "meeting", "draft", 0, "email"),
        (text, "campaign", "", "draft", 0, "text"),
        (waiting, "campaign", "", "waiting", 400, "email"),
        (sent, "campaign", "", "sent", 1, "email"),
    ] {
        query(
            "insert into message (message_id, area_id, kind, form, fields, subject, body, audience, state, people, made_by, sender, grant_id,
               send_at, ended_at, imprint, channel)
             select $1, a.area_id, $2, $3, jsonb_build_object('what', 'Branch meeting', 'when', 'Friday, 7:30 pm', 'place', 'The hall'),
               case $3 when '' then 'News for {{forename}}' else '' end,
               case $3 when '' then E'# Hello\nDear {{forename}}, **thank you**.\n\n- [us](https://party.example)' else '' end,
               '{\"supporters\": true, \"volunteers\": \"active\", \"days\": 60}'::jsonb, $4, $5, $6, $6,
               (select grant_id from access_grant where account_id = $6 limit 1), case when $4 <> 'draft' then now() end,
               case when $4 = 'sent' then now() end, array['Promoted by B. Agent.'], $7
             from area a where a.name = 'Quillbrook'",
        )
        .bind(id)
        .bind(kind)
        .bind(form)
        .bind(state)
        .bind(people)
        .bind(organiser.id)
        .bind(channel)
        .execute(&mut db)
        .await
        .unwrap();
    }
    query(
        "insert into message_picture (message_id, area_id, number, shows, png, width, height, bytes)
         select message_id, area_id, 1, 'Our stall in the rain', true, 1, 1,
           decode('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082', 'hex')
         from message where message_id = $1",
    )
    .bind(draft)
    .execute(&mut db)
    .await
    .unwrap();
    query("update message set body = body || E'\n\n[picture 1]' where message_id = $1")
        .bind(draft)
        .execute(&mut db)
        .await
        .unwrap();
    query(
        "insert into message_recipient (message_id, person_id, area_id, state, why, at)
         select $1, p.person_id, p.area_id, x.state, x.why, now() from (select person_id, area_id, row_number() over () as n from person
           where area_id = (select area_id from message where message_id = $1)) p
         join (values (1, 'sent', ''), (2, 'left-out', 'no-consent')) x (n, state, why) on x.n = p.n",
    )
    .bind(sent)
    .execute(&mut db)
    .await
    .unwrap();
    Messages { draft, service, text, waiting, sent }
}

/// Every route of a service.
pub fn routes_of(app: &TestApp) -> Vec<RouteInfo> {
    let config = Config {
        database: None,
        listen: ([127, 0, 0, 1], 0).into(),
        data: std::env::temp_dir(),
        base_url: app.base.clone(),
        metrics_listen: None,
        source_url: None,
        smtp_url: None,
        mail_from: None,
        tls: None,
        seal: Default::default(),
        messages: Default::default(),
    };
    routes(App::new(Database::connect(&app.urls()).unwrap(), config)).list().to_vec()
}

/// An overdue request about somebody with a note, one that was answered, an erasure, somebody held back.
async fn rights(app: &TestApp, walk: &Walk) -> Rights {
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    change(app, "update result set note = 'Her son Leo is ill' where elector_id is not null").await;
    let mut made = Vec::new();
    for (kind, received) in [("access", "2026-01-05"), ("complaint", "2026-11-02")] {
        let fields = [("kind", kind), ("came_by", "letter"), ("received", received), ("asker", "Wilfred Harcourt3")];
        let path = officer.post("/protection/requests", &fields).await.expect(303).location();
        made.push(path.rsplit('/').next().unwrap().parse().unwrap());
    }
    let acts = |n: i64| format!("/protection/requests/{n}");
    officer.post(&acts(made[0]), &[("act", "acknowledged")]).await.expect(303);
    officer.post(&acts(made[0]), &[("subject", &walk.doors[1].electors[1])]).await.expect(303);
    officer.post(&acts(made[1]), &[("act", "answered"), ("words", "Told them so")]).await.expect(303);
    let erased = format!("/protection/subjects/{}/erasure", walk.doors[4].electors[0]);
    let receipt = officer.post(&erased, &[("reason", "Asked for by letter")]).await.expect(303).location();
    change(
        app,
        "insert into suppression_doubt (partition_id, elector_id, suppression_id)
         select e.partition_id, e.elector_id, s.suppression_id from elector e, suppression s
         where e.name like 'Edith%' and e.erased_at is null and s.elector_id is null limit 1",
    )
    .await;
    Rights { open: made[0], closed: made[1], erasure: receipt.rsplit('/').next().unwrap().to_owned() }
}

async fn one(app: &TestApp, statement: &'static str) -> String {
    query_scalar(statement).fetch_one(&mut app.database.operator().await).await.unwrap()
}

/// Cards of a list: printed, and in every other state.
async fn printed(app: &TestApp, organiser: &Account, walk: &Walk) -> (i64, [i64; 4]) {
    let desk = app.sign_in(organiser).await;
    let mut runs = Vec::new();
    for state in ["done", "stopped", "failed", "gone", "queued"] {
        let made = cards(&desk, &[&walk.list]).await.expect(303);
        let run: i64 = made.location().rsplit('/').next().unwrap().parse().unwrap();
        match state {
            "done" | "gone" => app.print().await,
            "stopped" => drop(desk.post(&format!("/materials/runs/{run}/stop"), &[]).await.expect(303)),
            "failed" => drop(change(app, "update material_run set state = 'failed', failure = 'The server’s disk is full.' where state = 'queued'").await),
            _ => {}
        }
        runs.push(run);
    }
    query("update material_run set file_until = now() - interval '1 day' where run_no = $1")
        .bind(runs[3])
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    (runs[0], [runs[4], runs[1], runs[2], runs[3]])
}

/// A letter of Quillbrook’s own, with a signature, and one that is the whole organisation’s.
async fn letters(app: &TestApp) -> [Uuid; 2] {
    let made = "with t as (insert into material_template (template_id, area_id, kind, name, pictures, made_by)
           select gen_random_uuid(), a.area_id, 'letters', a.name || ' letter', 1, g.account_id
           from area a, (select account_id from access_grant where role = 'organiser' limit 1) g
           where a.short_name = $1 returning template_id, made_by),
         p as (insert into material_picture (template_id, picture_no, shows, png, width, height, bytes)
           select template_id, 1, 'A signature', true, 1, 1,
             decode('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001'
               || '0d0a2db40000000049454e44ae426082', 'hex') from t)
         insert into material_template_version (template_id, version, content, made_by)
         select template_id, 1, jsonb_build_object('text', '{{salutation}},' || chr(10) || chr(10) || 'the library stays.',
           'signer', 'Cy Oake', 'signer_role', 'Candidate', 'sender', 'The Lantern Party', 'signature', 1), made_by
         from t returning template_id";
    let mut db = app.database.operator().await;
    let own: Uuid = query_scalar(made).bind("Quillbrook").fetch_one(&mut db).await.unwrap();
    let whole: Uuid = query_scalar(made).bind("Saltern").fetch_one(&mut db).await.unwrap();
    query("update material_template set area_id = null where template_id = $1")
        .bind(whole)
        .execute(&mut db)
        .await
        .unwrap();
    [own, whole]
}

/// A leaflet that nobody has printed.
async fn design(app: &TestApp) -> Uuid {
    let made = "with t as (insert into material_template (template_id, area_id, kind, name, made_by)
           select gen_random_uuid(), a.area_id, 'leaflets', 'Spring leaflet', g.account_id
           from area a, (select account_id from access_grant where role = 'organiser' limit 1) g
           where a.short_name = 'Quillbrook' returning template_id, made_by)
         insert into material_template_version (template_id, version, content, made_by)
         select template_id, 1, jsonb_build_object('design', 'a5', 'headline', 'The library stays',
           'passages', jsonb_build_array(jsonb_build_object('heading', 'Open', 'text', 'Every day.'))), made_by
         from t returning template_id";
    query_scalar(made).fetch_one(&mut app.database.operator().await).await.unwrap()
}

/// Looks that are kept: stickers and an out card of Quillbrook, a poster that everybody begins from.
async fn kept(app: &TestApp) -> [Uuid; 3] {
    let made = "with t as (insert into material_template (template_id, area_id, kind, name, made_by)
           select gen_random_uuid(), case when $1 = 'posters' then null else a.area_id end, $1, $2, g.account_id
           from area a, (select account_id from access_grant where role = 'organiser' limit 1) g
           where a.short_name = 'Quillbrook' returning template_id, made_by)
         insert into material_template_version (template_id, version, content, made_by)
         select template_id, 1, $3, made_by from t returning template_id";
    let own = serde_json::json!({ "columns": 3, "rows": 8, "width": 63.5, "height": 33.9, "left": 7.2, "top": 12.9,
        "gap_x": 2.5, "gap_y": 0.0 });
    let mut db = app.database.operator().await;
    let mut kept = [Uuid::nil(); 3];
    let looks = [
        ("labels", "Roll of 24", serde_json::json!({ "homes": true, "stock": "own", "own": own, "frames": false })),
        (
            "out-cards",
            "Sorry, shorter",
            serde_json::json!({ "title": "We called", "text": "Tell us what matters.", "contact": "01632 960001",
                "lines": 2 }),
        ),
        ("posters", "The library", serde_json::json!({ "a3": true, "line": "Keep our library open" })),
    ];
    for (one, (kind, name, content)) in kept.iter_mut().zip(looks) {
        *one = query_scalar(made).bind(kind).bind(name).bind(content).fetch_one(&mut db).await.unwrap();
    }
    kept
}

/// Everybody of Quillbrook, kept by some organiser.
async fn selection(app: &TestApp) -> Uuid {
    let kept = "with s as (insert into selection (selection_id, area_id, name, made_by)
           select gen_random_uuid(), a.area_id, 'Everybody in Quillbrook', g.account_id
           from area a, (select account_id from access_grant where role = 'organiser' limit 1) g
           where a.short_name = 'Quillbrook' returning selection_id, made_by)
         insert into selection_version (selection_id, version, name, rules, made_by)
         select selection_id, 1, 'Everybody in Quillbrook',
           jsonb_build_object('rule', jsonb_build_object('all', jsonb_build_array())), made_by
         from s returning selection_id";
    query_scalar(kept).fetch_one(&mut app.database.operator().await).await.unwrap()
}

/// Looks that are sealed, and a second place that does not answer.
/// News that stands now, pinned; news that is over.
async fn news(app: &TestApp) -> String {
    change(
        app,
        "insert into news (news_id, area_id, title, words, pinned, posted_by, posted_at, ends_at)
         select gen_random_uuid(), a.area_id, t.title, 'Meet at the bandstand.' || chr(10) || 'Bring a coat.', t.pinned,
           (select account_id from access_grant where role = 'organiser' limit 1), now() - interval '5 days', now() + t.stands
         from area a, (values ('Saturday’s session', true, interval '3 days'), ('Thank you', false, interval '-1 day')) t (title, pinned, stands)
         where a.short_name = 'Quillbrook'",
    )
    .await;
    one(app, "select news_id::text from news where pinned").await
}

async fn seal(app: &TestApp) {
    let pools = Database::connect(&app.urls()).unwrap();
    let keys = hustings::keys::Keys::of(&std::env::temp_dir());
    hustings::audit::seal::sealer::seal(&pools, &keys).await.unwrap();
    change(app, "select wall.seal_wrote('file var/seal/heads.log', 1, null)").await;
    change(app, "select wall.seal_wrote('webhook https://seal.example.org', 1, 'no answer within 10 seconds')").await;
}

/// Answers that stand, two that differ, one that waits; who gave the first of them holds the list.
async fn answers(app: &TestApp, walk: &Walk) -> (Account, String) {
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    let late = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(app, volunteer.account.id).await;
    walk.assign(app, late.account.id).await;
    let path = || format!("/api/v1/results/{}", Uuid::now_v7());
    let said = Uuid::now_v7().to_string();
    volunteer.put_json(&format!("/api/v1/results/{said}"), &walk.spoke(1, "X")).await.expect(201);
    for result in [walk.spoke(0, "F"), walk.said(2, None, "not-home", None)] {
        volunteer.put_json(&path(), &result).await.expect(201);
    }
    late.put_json(&path(), &walk.spoke(0, "A")).await.expect(201);
    let ended = "update session set ended_at = now(), ended_why = 'access-ended' where started_at = (select max(started_at) from session)";
    change(app, ended).await;
    late.put_json(&path(), &walk.spoke(4, "P")).await.expect(202);
    (volunteer.account, said)
}

/// A register in force with pairs to decide, and another that waits to be looked over.
async fn registers(app: &TestApp, organiser: &Account) -> (String, String) {
    let organiser = app.sign_in(organiser).await;
    let made = Generated::new(4, 300, "hostile");
    import_for(app, &organiser, "town.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    let applied = upload_and_read(app, &organiser, "a-year-on.csv", made.bytes("next-year"), "2026-11-01").await;
    super::imports::apply(&organiser, &applied).await;
    super::imports::over(&organiser, &applied).await;
    let other = Generated::new(5, 120, "hostile");
    let ready = upload_and_read(app, &organiser, "again.csv", other.bytes("xpress-full-13"), "2026-11-20").await;
    (applied, ready)
}

/// Imports as they stand for a moment only.
async fn states(app: &TestApp, organiser: &Account) -> [Uuid; 2] {
    let mut ids = [Uuid::nil(); 2];
    for (id, state) in ids.iter_mut().zip(["reading", "failed"]) {
        *id = query_scalar(
            "insert into import (import_id, authority, area_id, file_name, published, basis, state, bytes_total, beat_at, account_id, failure)
             select gen_random_uuid(), '', area_id, 'half.csv', '2026-11-01', 'party', $1, 1000, now() + interval '1 hour', $2,
               case $1 when 'failed' then 'The last line breaks off. Nothing was changed: ask for the file again' end
             from area where kind = 'installation' returning import_id",
        )
        .bind(state)
        .bind(organiser.id)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    }
    ids
}

/// Somebody with access, and somebody whose access an administrator ended.
async fn access(app: &TestApp) -> (Account, Account, String, String) {
    let (other, gone) = (app.account(Role::Organiser, "Saltern").await, app.actor(Role::Organiser, "Quillbrook").await);
    gone.get("/electors").await.expect(200);
    let administrator = app.actor(Role::Administrator, "all").await;
    let path = format!("/access/accounts/{}/end-access", gone.account.id);
    let ending = administrator.post(&path, &[("reason", "Left the campaign")]).await.expect(303).location();
    gone.get("/electors").await.expect(303);
    let late = app.account(Role::MembershipSecretary, "all").await.id.to_string();
    let many = [("role", "membership-secretary"), ("reason", "The count is over"), ("account", late.as_str())];
    let group = administrator.post("/access/end-access", &many).await.expect(303).location();
    (other, gone.account, ending, group)
}

/// An export that was fetched once and can be again, and one that waits.
async fn exports(app: &TestApp, ready: &Account, waiting: &Account) -> (i64, i64) {
    let mut numbers = [0; 2];
    for (number, (account, waits)) in numbers.iter_mut().zip([(ready, false), (waiting, true)]) {
        let made = "insert into export (account_id, grant_id, area_id, what, choice, districts, columns, format, purpose, reason, days,
              people, most, needs_approval, expires_at)
            select g.account_id, g.grant_id, g.area_id, 'search', $2, array(select area_no from district where letters = 'SG1'),
              '{name,address,intention}', 'csv', 'canvassing', 'For the ward captains on Saturday morning', 3, 12, 500, $3,
              case when not $3 then now() + interval '3 days' end
            from access_grant g where g.grant_id = $1 returning export_id";
        let choice = serde_json::json!({"what": "search", "words": "harcourt", "district": null, "intention": "group:promises",
            "asked": "never", "order": ""});
        let insert = query_scalar(made).bind(account.grant).bind(choice).bind(waits);
        *number = insert.fetch_one(&mut app.database.operator().await).await.unwrap();
    }
    change(app, "insert into export_fetch (export_id, nth, session_id, people) select min(export_id), 1, gen_random_uuid(), 12 from export").await;
    change(app, "insert into export_canary (export_id, called, family, given, call_key, lives, lives_key, beside_partition, beside)
        select min(export_id), 'Sunniva Quist', 'Quist', 'Sunniva', 'quist sunniva', '9 Larkspur Row', '9 larkspur row', 1, 1 from export").await;
    (numbers[0], numbers[1])
}

/// A review under way, and a request that waits.
async fn open_matters(app: &TestApp, subject: &Account) -> (Uuid, Uuid) {
    let mut db = app.database.operator().await;
    let review =
        query_scalar("select wall.open_review(gen_random_uuid(), area_id, null) from area where name = 'Quillbrook'")
            .fetch_one(&mut db)
            .await
            .unwrap();
    let request = query_scalar(
        "insert into grant_request (request_id, account_id, role, area_id, purpose, reason, ends_at, asked_by)
         select gen_random_uuid(), $1, 'administrator', g.area_id, 'Giving and ending access', 'A second administrator',
           now() + interval '1 year', g.account_id
         from access_grant g where g.role = 'administrator' returning request_id",
    )
    .bind(subject.id)
    .fetch_one(&mut db)
    .await
    .unwrap();
    (review, request)
}

/// The service before anybody has set it up.
pub async fn not_set_up() -> TestApp {
    let app = TestApp::new().await;
    for table in ["installation", "intention_code", "issue_code", "poll"] {
        // The names are this function's own; a table's name cannot be bound.
        query(sqlx::AssertSqlSafe(format!("delete from {table}")))
            .execute(&mut app.database.operator().await)
            .await
            .unwrap();
    }
    app
}
