//! With a script the same doors come without a page's reload, and no answer waits for a signal.

use crate::support::app::{Actor, PASSWORD, TestApp, seed_place};
use crate::support::browser::{Browser, PHONE, Page};
use crate::support::until::until;
use crate::support::walk::{Walk, change, count, stored, waiting};
use hustings::access::Role;

struct Phone {
    app: TestApp,
    walk: Walk,
    volunteer: Actor,
    browser: Browser,
    page: Page,
}

impl Phone {
    /// A volunteer's phone with the first door of their list open.
    async fn at_the_first_door() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
        walk.assign(&app, volunteer.account.id).await;
        let browser = Browser::start().await;
        let mut page = browser.page().await;
        page.resize(PHONE).await;
        let phone = Phone { app, walk, volunteer, browser, page };
        phone.sign_in(&phone.door(0)).await;
        phone.at("1 Larkspur Row").await;
        phone.page.evaluate("window.same = true").await.unwrap();
        phone.hears_nothing_by_itself().await;
        phone
    }

    /// What a test is about comes in its own order: this page asks for no pulse, as long as it is the same page.
    async fn hears_nothing_by_itself(&self) {
        let still = "(() => { const real = window.fetch; window.fetch = (url, how) =>
            url.startsWith('/api/v1/pulse') ? new Promise(() => {}) : real(url, how); })()";
        self.page.evaluate(still).await.unwrap();
    }

    fn door(&self, n: usize) -> String {
        format!("/canvass/{}/doors/{}", self.walk.list, self.walk.doors[n].household)
    }

    async fn sign_in(&self, next: &str) {
        self.page.goto(&format!("{}/sign-in?ended=1&next={next}", self.app.base)).await;
        self.page.fill("email", &self.volunteer.account.email).await;
        self.page.fill("password", PASSWORD).await;
        self.page.click("main button.main").await;
    }

    async fn sign_out_elsewhere(&self) {
        let elsewhere = self.browser.page().await;
        elsewhere.goto(&format!("{}/canvass", self.app.base)).await;
        elsewhere.click("header summary").await;
        elsewhere.click("Sign out").await;
        elsewhere.wait_until("document.querySelector('#password')").await;
    }

    async fn at(&self, address: &str) {
        self.page.wait_until(&format!("document.querySelector('h1')?.textContent === '{address}'")).await;
        self.page.wait_until("document.querySelector('[data-unsent][data-ready]') !== null").await;
    }

    /// Chooses a code for a person, as a tap does.
    async fn tap(&self, person: usize, code: &str) {
        let tap = format!(
            "document.querySelectorAll('fieldset.who')[{person}].querySelector('input[value=\"{code}\"]').click()"
        );
        self.page.evaluate(&tap).await.unwrap();
    }

    async fn press(&self, words: &str) {
        let press =
            format!("[...document.querySelectorAll('main button')].find((b) => b.textContent === '{words}').click()");
        self.page.evaluate(&press).await.unwrap();
    }

    async fn unsent(&self, count: usize) {
        self.page.wait_until(&format!("document.querySelector('[data-unsent-count]').textContent === '{count}'")).await;
    }

    /// What the head says, to whoever cannot see the count alone.
    async fn says(&self, note: &str) {
        self.page.wait_until(&format!("document.querySelector('[data-unsent-note]').textContent === '{note}'")).await;
    }

    /// Waits until the server has this many answers, whatever the page knows of it.
    async fn arrived(&self, answers: i64) {
        until("answers arrive", async || (stored(&self.app).await == answers).then_some(())).await;
    }

    async fn same_page(&self) {
        assert_eq!(self.page.evaluate("window.same").await.unwrap(), true, "no reload");
    }

    /// From here on nothing is sent because some seconds went by: what a test does next is soon enough on any machine.
    async fn pauses_last(&self) {
        let hold = "(() => { const real = setTimeout; window.setTimeout = (then, ms, ...more) =>
            real(then, [4000, 5000, 12000].includes(ms) ? 2 ** 30 : ms, ...more); })()";
        self.page.evaluate(hold).await.unwrap();
    }

    /// Waits until the doors ahead are in memory: the last one has been asked for.
    async fn ready_for_no_signal(&self) {
        let last = self.door(5);
        self.page
            .wait_until(&format!(
                "performance.getEntriesByType('resource').some((r) => r.name.endsWith('{last}') && r.responseEnd > 0)"
            ))
            .await;
    }
}

#[tokio::test]
async fn an_answer_is_two_taps_and_the_next_door_comes_without_a_reload() {
    let phone = Phone::at_the_first_door().await;
    phone.pauses_last().await;
    phone.tap(0, "F").await;
    phone.unsent(1).await;
    phone.tap(0, "P").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    assert_eq!(stored(&phone.app).await, 1, "the first tap was changed before anybody saw it");
    assert_eq!(count(&phone.app, "select count(*) from result where intention = 'P'").await, 1);
    phone.page.wait_until("document.activeElement.tagName === 'H1' && location.pathname.includes('/doors/')").await;
    // Two quick taps are one answer.
    phone
        .page
        .evaluate("(() => { const b = document.querySelector('button[value=not-home]'); b.click(); b.click(); })()")
        .await
        .unwrap();
    phone.at("5 Larkspur Row").await;
    // It waits a little, so that it can be undone; a phone that is put away sends it.
    phone.unsent(1).await;
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange')); 0").await.unwrap();
    phone.unsent(0).await;
    assert_eq!(count(&phone.app, "select count(*) from result where outcome = 'not-home'").await, 1);
    phone.same_page().await;
    phone.page.wait_until("document.querySelector('progress').value === 2").await;
    phone.browser.close().await;
}

#[tokio::test]
async fn without_signal_one_goes_on_and_everything_arrives_once() {
    let phone = Phone::at_the_first_door().await;
    phone.ready_for_no_signal().await;
    phone.page.offline(true).await;
    phone.tap(0, "F").await;
    phone.tap(1, "A").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.press("Not home").await;
    phone.at("5 Larkspur Row").await;
    phone.tap(1, "W").await;
    phone.press("Not home").await;
    phone.at("2 Larkspur Row").await;
    phone.unsent(5).await;
    phone.page.wait_for("are both kept").await;
    assert_eq!(stored(&phone.app).await, 0);
    phone.press("Undo “not home”").await;
    phone.page.offline(false).await;
    phone.unsent(0).await;
    assert_eq!(count(&phone.app, "select count(*) from standing_result").await, 5);
    assert_eq!(count(&phone.app, "select count(*) from standing_result where outcome = 'not-home'").await, 1);
    assert_eq!(count(&phone.app, "select count(*) from intention_now where code is not null").await, 3);
    phone.browser.close().await;
}

#[tokio::test]
async fn answers_outlive_a_closed_tool_a_reload_and_a_session() {
    let phone = Phone::at_the_first_door().await;
    phone.page.offline(true).await;
    phone.tap(0, "F").await;
    phone.unsent(1).await;
    change(&phone.app, "insert into lockdown (tool, notice) values ('contact', 'Closed while we check access')").await;
    phone.page.offline(false).await;
    phone.page.wait_for("Contact is closed just now. Answers are kept on this phone").await;
    phone.page.goto(&format!("{}{}", phone.app.base, phone.door(0))).await;
    phone.page.wait_for("Contact is closed").await;
    assert_eq!((stored(&phone.app).await, waiting(&phone.app).await), (0, 0));
    change(&phone.app, "update lockdown set opened_at = now()").await;
    change(&phone.app, "update session set ended_at = now(), ended_why = 'signed-out'").await;
    phone.sign_in("/canvass").await;
    phone.at("My lists").await;
    phone.page.wait_until("performance.getEntriesByType('resource').some((r) => r.name.endsWith('/api/v1/results') && r.responseEnd > 0)").await;
    phone.unsent(0).await;
    assert_eq!(count(&phone.app, "select count(*) from result where intention = 'F'").await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn what_was_sent_is_corrected_and_what_was_left_can_be_changed() {
    let phone = Phone::at_the_first_door().await;
    phone.press("Not home").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    phone.press("Undo").await;
    phone.at("1 Larkspur Row").await;
    phone.press("Come back later").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    assert_eq!(stored(&phone.app).await, 2);
    assert_eq!(count(&phone.app, "select count(*) from standing_result where outcome = 'come-back'").await, 1);
    assert_eq!(count(&phone.app, "select count(*) from standing_result").await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn when_access_has_ended_nothing_of_the_list_stays_and_nothing_said_is_lost() {
    let phone = Phone::at_the_first_door().await;
    phone.ready_for_no_signal().await;
    phone.tap(0, "F").await;
    change(&phone.app, "update access_grant set ended_at = now()").await;
    phone.press("Save, next door").await;
    phone.page.wait_until("location.pathname === '/sign-in'").await;
    assert_eq!((stored(&phone.app).await, waiting(&phone.app).await), (0, 1));
    phone.browser.close().await;
}

#[tokio::test]
async fn the_outbox_on_the_phone_is_unreadable_without_its_key() {
    let phone = Phone::at_the_first_door().await;
    phone.page.offline(true).await;
    phone.tap(0, "F").await;
    phone.unsent(1).await;
    let read = "new Promise((done) => { const open = indexedDB.open('hustings-outbox'); open.onsuccess = () => {
        const all = open.result.transaction(['results', 'keys']);
        const [results, keys] = [all.objectStore('results').getAll(), all.objectStore('keys').getAll()];
        all.oncomplete = () => done([keys.result[0].extractable, Object.keys(results.result[0]).sort().join(),
          new TextDecoder().decode(results.result[0].text).includes('intention')]); }; })";
    let found = phone.page.evaluate(read).await.unwrap();
    assert_eq!(found, serde_json::json!([false, "id,iv,sent,text,who", false]));
    phone.browser.close().await;
}

#[tokio::test]
async fn what_the_server_did_not_take_stays_on_the_phone_until_one_has_seen_it() {
    let phone = Phone::at_the_first_door().await;
    let never = Walk::new(&phone.app.database, "SG1").await;
    let other = format!("document.querySelector('form[data-door]').dataset.list = '{}'", never.list);
    phone.page.evaluate(&other).await.unwrap();
    phone.tap(0, "F").await;
    phone.page.wait_for("1 answer was not taken").await;
    phone.unsent(0).await;
    assert_eq!((stored(&phone.app).await, waiting(&phone.app).await), (0, 0));
    phone.page.goto(&format!("{}/canvass", phone.app.base)).await;
    phone.page.wait_for("1 answer was not taken").await;
    let said = phone.page.evaluate("document.querySelector('[data-not-taken] li').textContent").await.unwrap();
    let said = said.as_str().unwrap();
    assert!(said.starts_with("1 Larkspur Row, ") && said.ends_with(": answer F"), "{said}");
    phone.page.click("I have seen this").await;
    phone.page.wait_until("!document.querySelector('[data-not-taken]')").await;
    phone.page.goto(&format!("{}{}", phone.app.base, phone.door(0))).await;
    phone.at("1 Larkspur Row").await;
    phone.tap(0, "P").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    assert_eq!(
        phone.page.evaluate("document.querySelector('[data-not-taken]')").await.unwrap(),
        serde_json::Value::Null
    );
    assert_eq!(stored(&phone.app).await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn the_sign_in_page_counts_what_waits_and_signing_in_sends_it() {
    let phone = Phone::at_the_first_door().await;
    phone.sign_out_elsewhere().await;
    phone.page.evaluate("window.fetch = () => Promise.reject(new TypeError('no signal'))").await.unwrap();
    phone.tap(0, "F").await;
    phone.unsent(1).await;
    phone.page.goto(&format!("{}/sign-in", phone.app.base)).await;
    phone.page.wait_for("1 answer waits on this phone. Sign in to send it.").await;
    phone.page.fill("email", &phone.volunteer.account.email).await;
    phone.page.fill("password", PASSWORD).await;
    phone.page.click("main button.main").await;
    phone.page.wait_for("1 answer that waited on this phone is sent").await;
    phone.unsent(0).await;
    assert_eq!((stored(&phone.app).await, waiting(&phone.app).await), (1, 0));
    phone.page.goto(&format!("{}/sign-in?ended=1", phone.app.base)).await;
    phone.page.wait_until("document.querySelector('[data-waiting]').hidden").await;
    phone.browser.close().await;
}

#[tokio::test]
async fn signing_out_in_one_tab_breaks_and_loses_nothing_in_another() {
    let phone = Phone::at_the_first_door().await;
    phone.sign_out_elsewhere().await;
    phone.tap(0, "F").await;
    phone.press("Not home").await;
    phone.page.wait_until("location.pathname === '/sign-in'").await;
    phone.sign_in("/canvass").await;
    phone.at("My lists").await;
    phone.unsent(0).await;
    assert_eq!(stored(&phone.app).await + waiting(&phone.app).await, 2);
    phone.browser.close().await;
}

#[tokio::test]
async fn a_line_that_hangs_holds_nothing_up_for_good() {
    let phone = Phone::at_the_first_door().await;
    let hang = "(() => { window.asked = 0; const [real, limit] = [fetch, AbortSignal.timeout.bind(AbortSignal)];
        AbortSignal.timeout = (ms) => limit(ms === 30000 && asked === 0 ? 50 : ms);
        window.fetch = (url, how = {}) => url === '/api/v1/results' && ++asked === 1
          ? new Promise((_, fail) => how.signal?.addEventListener('abort', () => fail(how.signal.reason))) : real(url, how); })()";
    phone.page.evaluate(hang).await.unwrap();
    phone.tap(0, "F").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    assert_eq!(stored(&phone.app).await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn a_note_mended_later_leaves_what_happened_as_it_was() {
    let phone = Phone::at_the_first_door().await;
    phone.press("Come back later").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    phone.page.click(&format!("aside a[href='{}']", phone.door(0))).await;
    phone.at("1 Larkspur Row").await;
    phone.page.click("Change this answer").await;
    phone.page.wait_for("You are changing what was recorded.").await;
    phone.at("1 Larkspur Row").await;
    phone.page.fill("note", "Side gate").await;
    phone.press("Save the change").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    let kept = "select count(*) from standing_result where outcome = 'come-back' and note = 'Side gate'";
    assert_eq!(count(&phone.app, kept).await, 1);
    assert_eq!(count(&phone.app, "select count(*) from standing_result").await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn enter_saves_a_door_and_says_nothing_of_its_home() {
    for scripts in [true, false] {
        let phone = Phone::at_the_first_door().await;
        if !scripts {
            phone.page.scripts(false).await;
            phone.page.goto(&format!("{}{}", phone.app.base, phone.door(0))).await;
        }
        phone.page.click("fieldset.who label:has([value=F])").await;
        phone.page.press("Enter").await;
        phone.page.wait_until("document.querySelector('h1')?.textContent === '3 Larkspur Row'").await;
        if scripts {
            phone.unsent(0).await;
        }
        assert_eq!(count(&phone.app, "select count(*) from standing_result where intention = 'F'").await, 1);
        assert_eq!(count(&phone.app, "select count(*) from standing_result").await, 1);
        phone.browser.close().await;
    }
}

#[tokio::test]
async fn a_door_that_was_not_home_shows_that_and_can_be_changed() {
    let phone = Phone::at_the_first_door().await;
    phone.press("Not home").await;
    phone.at("3 Larkspur Row").await;
    phone.page.click(&format!("aside a[href='{}']", phone.door(0))).await;
    phone.at("1 Larkspur Row").await;
    phone.page.wait_for("The home: Not home").await;
    phone.page.click("Change this answer").await;
    phone.page.wait_for("You are changing what was recorded.").await;
    phone.browser.close().await;
}

#[tokio::test]
async fn not_home_by_mistake_is_undone_or_shown_and_outdone() {
    let phone = Phone::at_the_first_door().await;
    phone.pauses_last().await;
    phone.press("Not home").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(1).await;
    phone.press("Undo").await;
    phone.at("1 Larkspur Row").await;
    phone.unsent(0).await;
    phone.press("Not home").await;
    phone.at("3 Larkspur Row").await;
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange')); 0").await.unwrap();
    phone.unsent(0).await;
    phone.press("Undo").await;
    phone.at("1 Larkspur Row").await;
    phone.page.wait_for("Recorded for this home: not home").await;
    phone.tap(0, "F").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    let home = "select count(*) from standing_result where elector_id is null";
    assert_eq!(
        count(&phone.app, "select count(*) from standing_result where elector_id is null and outcome = 'spoke'").await,
        1
    );
    assert_eq!(count(&phone.app, home).await, 1);
    assert_eq!(count(&phone.app, "select count(*) from standing_result where intention = 'F'").await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn once_access_has_ended_the_next_answer_takes_every_name_off_the_screen() {
    let phone = Phone::at_the_first_door().await;
    change(&phone.app, "update session set ended_at = now(), ended_why = 'access-ended'").await;
    change(&phone.app, "update access_grant set ended_at = now()").await;
    phone.tap(0, "F").await;
    phone.press("Save, next door").await;
    phone.page.wait_for("Your access has ended.").await;
    assert!(!phone.page.text().await.contains("Harcourt"));
    phone.browser.close().await;
}

#[tokio::test]
async fn a_note_alone_is_asked_what_it_is_about() {
    let phone = Phone::at_the_first_door().await;
    phone.page.evaluate("document.querySelector('fieldset.who details').open = true; 0").await.unwrap();
    let note = phone.walk.person(0, 0, "note");
    phone.page.fill(&note, "Side gate").await;
    phone.press("Save, next door").await;
    phone.page.wait_for("say under “What happened” what the note is about").await;
    phone.unsent(0).await;
    phone.page.select(&phone.walk.person(0, 0, "outcome"), "Spoke").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    assert_eq!(count(&phone.app, "select count(*) from standing_result where note = 'Side gate'").await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn a_note_about_the_home_waits_for_what_happened_there() {
    let phone = Phone::at_the_first_door().await;
    phone
        .page
        .evaluate("document.querySelectorAll('details.more').forEach((one) => { one.open = true; }); 0")
        .await
        .unwrap();
    phone.page.fill("note", "Side gate").await;
    phone.press("Save, next door").await;
    phone.page.wait_for("Say what happened at this home").await;
    phone.unsent(0).await;
    phone.tap(0, "F").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    let kept = "select count(*) from result where elector_id is null and outcome = 'spoke' and note = 'Side gate'";
    assert_eq!(count(&phone.app, kept).await, 1);
    assert_eq!(stored(&phone.app).await, 2);
    phone.browser.close().await;
}

#[tokio::test]
async fn a_door_left_without_signal_comes_back_as_it_was_left() {
    let phone = Phone::at_the_first_door().await;
    phone.ready_for_no_signal().await;
    phone.page.offline(true).await;
    phone.tap(0, "F").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.page.click(&format!("aside a[href='{}']", phone.door(0))).await;
    phone.at("1 Larkspur Row").await;
    phone.page.wait_until("document.querySelector('fieldset.who input[value=F]').checked").await;
    phone.tap(0, "P").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    // The first may have been seen, as it was on its way when the signal went: the second corrects it.
    phone.unsent(2).await;
    phone.page.offline(false).await;
    phone.unsent(0).await;
    assert_eq!(count(&phone.app, "select count(*) from standing_result where intention = 'P'").await, 1);
    assert_eq!(count(&phone.app, "select count(*) from standing_result").await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn a_whole_block_not_home_is_said_at_once_and_can_be_taken_back() {
    let phone = Phone::at_the_first_door().await;
    let flats = "update household set flat = number::text, building = 'Tamarisk House', number = null where number < 6";
    change(&phone.app, flats).await;
    let plan = format!("{}/canvass/{}", phone.app.base, phone.walk.list);
    phone.page.goto(&plan).await;
    phone.at("QB1 1").await;
    phone.pauses_last().await;
    phone.page.click("Whole block not home").await;
    phone.page.wait_for("Tamarisk House: 5 homes recorded as not home").await;
    phone.unsent(5).await;
    assert_eq!(phone.page.evaluate("document.querySelectorAll('.flats .out').length").await.unwrap(), 5);
    phone.page.click("Undo").await;
    phone.page.wait_for("Taken back: 5 homes are still to do").await;
    phone.unsent(0).await;
    assert_eq!(phone.page.evaluate("document.querySelectorAll('.flats .out').length").await.unwrap(), 0);
    phone.page.click("Whole block not home").await;
    phone.unsent(5).await;
    phone.page.click("main .crumb a").await;
    phone.at("My lists").await;
    phone.unsent(0).await;
    assert_eq!(count(&phone.app, "select count(*) from result where outcome = 'not-home'").await, 5);
    phone.browser.close().await;
}

#[tokio::test]
async fn a_phone_that_can_keep_no_more_does_not_call_what_waits_sent() {
    let phone = Phone::at_the_first_door().await;
    phone.pauses_last().await;
    phone.tap(0, "F").await;
    phone.unsent(1).await;
    phone.page.evaluate("IDBDatabase.prototype.transaction = () => { throw new Error('full'); }; 0").await.unwrap();
    phone.tap(1, "A").await;
    // The plain form has taken over.
    phone.page.wait_until("document.querySelector('form[data-door]') === null").await;
    phone.unsent(1).await;
    phone
        .page
        .wait_until("!document.querySelector('[data-unsent-note]').textContent.includes('All answers sent')")
        .await;
    phone.browser.close().await;
}

#[tokio::test]
async fn what_is_tapped_before_the_script_is_there_counts() {
    let phone = Phone::at_the_first_door().await;
    phone.page.scripts(false).await;
    phone.page.goto(&format!("{}{}", phone.app.base, phone.door(0))).await;
    phone.page.click("fieldset.who label:has([value=F])").await;
    phone.page.scripts(true).await;
    // The module as the page would have loaded it.
    let module = "import(document.querySelector('script[type=module]').src).then(() => true)";
    assert_eq!(phone.page.evaluate(module).await.unwrap(), true);
    phone.page.click("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    assert_eq!(count(&phone.app, "select count(*) from result where intention = 'F'").await, 1);
    phone.browser.close().await;
}

#[tokio::test]
async fn the_head_says_what_an_answer_waits_for() {
    let phone = Phone::at_the_first_door().await;
    phone.ready_for_no_signal().await;
    phone.pauses_last().await;
    phone.says("All answers sent").await;
    phone.press("Not home").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(1).await;
    phone.says("Sent in a moment").await;
    phone.page.offline(true).await;
    phone.says("Kept on this phone until there is signal").await;
    phone.page.offline(false).await;
    phone.unsent(0).await;
    phone.says("All answers sent").await;
    // With signal, as the phone has it, but nobody answers.
    phone.page.evaluate("window.fetch = () => Promise.reject(new TypeError('no answer')); 0").await.unwrap();
    phone.tap(0, "F").await;
    phone.says("Sent in a moment").await;
    phone.press("Save, next door").await;
    phone.says("Kept on this phone until there is signal").await;
    phone.browser.close().await;
}

#[tokio::test]
async fn what_waits_for_its_pause_leaves_with_the_page() {
    let phone = Phone::at_the_first_door().await;
    phone.pauses_last().await;
    phone.press("Not home").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(1).await;
    phone.page.goto("about:blank").await;
    phone.arrived(1).await;
    // It is sent once more by the next page, and counts once.
    phone.page.goto(&format!("{}{}", phone.app.base, phone.door(1))).await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(0).await;
    assert_eq!(stored(&phone.app).await, 1);
    assert_eq!(count(&phone.app, "select count(*) from result_conflict").await, 0);
    phone.browser.close().await;
}

#[tokio::test]
async fn what_left_with_a_page_that_came_back_is_corrected_not_taken_back() {
    let phone = Phone::at_the_first_door().await;
    phone.pauses_last().await;
    phone.press("Not home").await;
    phone.at("3 Larkspur Row").await;
    phone.unsent(1).await;
    phone.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })); 0").await.unwrap();
    phone.arrived(1).await;
    phone.press("Undo").await;
    phone.at("1 Larkspur Row").await;
    phone.page.wait_for("Recorded for this home: not home").await;
    phone.browser.close().await;
}

#[tokio::test]
async fn ones_lists_come_without_a_reload_and_a_door_stays_when_they_cannot() {
    let phone = Phone::at_the_first_door().await;
    phone.page.offline(true).await;
    phone.page.click("header .unsent").await;
    phone.page.wait_for("No signal here. Answers are kept on this phone").await;
    phone.at("1 Larkspur Row").await;
    phone.page.offline(false).await;
    phone.page.click("Try again").await;
    phone.at("My lists").await;
    assert!(phone.page.url().await.ends_with("/canvass"));
    phone.page.click("main a.btn.main").await;
    phone.at("QB1 1").await;
    phone.page.evaluate("history.back(); 0").await.unwrap();
    phone.at("My lists").await;
    phone.same_page().await;
    phone.browser.close().await;
}

#[tokio::test]
async fn a_closed_tool_leaves_the_volunteer_at_the_door() {
    let phone = Phone::at_the_first_door().await;
    phone.ready_for_no_signal().await;
    change(&phone.app, "insert into lockdown (tool, notice) values ('contact', 'Closed while we check access')").await;
    phone.tap(0, "F").await;
    phone.press("Save, next door").await;
    phone.at("3 Larkspur Row").await;
    phone.says("Kept on this phone until Contact is open again").await;
    phone.page.click(".door-bar a").await;
    phone.page.wait_for("Contact is closed just now. Answers are kept on this phone").await;
    phone.press("Not home").await;
    phone.at("5 Larkspur Row").await;
    phone.same_page().await;
    assert_eq!((stored(&phone.app).await, waiting(&phone.app).await), (0, 0));
    change(&phone.app, "update lockdown set opened_at = now()").await;
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange')); 0").await.unwrap();
    phone.unsent(0).await;
    assert_eq!(
        (stored(&phone.app).await, waiting(&phone.app).await),
        (0, 2),
        "an organiser looks at what was said meanwhile"
    );
    phone.browser.close().await;
}
