//! The wall as PostgreSQL's catalogue has it: a new table or function that forgets a rule fails here.

use crate::support::database::TestDatabase;
use sqlx::{AssertSqlSafe, query_scalar};

async fn names(sql: &'static str) -> Vec<String> {
    let database = TestDatabase::new().await;
    query_scalar(AssertSqlSafe(sql)).fetch_all(&mut database.operator().await).await.unwrap()
}

#[tokio::test]
async fn every_table_has_forced_row_security() {
    let open = names(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not (relrowsecurity and relforcerowsecurity) and relname <> '_sqlx_migrations' order by 1",
    )
    .await;
    assert!(open.is_empty(), "no forced row security on {open:?}");
}

#[tokio::test]
async fn every_table_asks_whose_session_it_is_before_it_touches_a_row() {
    let open = names(
        "select c.relname || ' for ' || r.rolname from pg_class c cross join pg_roles r
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and wall.acts_for(r.rolname) is not null
           and has_any_column_privilege(r.oid, c.oid, 'select, insert, update')
           and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*'
             and p.polroles = array[r.oid] and pg_get_expr(p.polqual, p.polrelid)
               = case when c.relname ~ '^(person|member|volunteer|task|event|shift|message|news)' then format('( SELECT wall.works(%L::text) AS works)', wall.acts_for(r.rolname))
                 else format('( SELECT wall.\"is\"(%L::text) AS \"is\")', wall.acts_for(r.rolname)) end)
           and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'everybody_reads')
         order by 1",
    )
    .await;
    assert!(open.is_empty(), "no gate on {open:?}: 0090_gates.sql makes them, for tables of migrations before it");
}

#[tokio::test]
async fn what_everybody_reads_is_not_about_people() {
    let read = names("select tablename::text from pg_policies where policyname = 'everybody_reads' order by 1").await;
    assert_eq!(
        read,
        [
            "area",
            "area_district",
            "authority",
            "district",
            "district_size",
            "franchise",
            "installation",
            "intention_code",
            "issue_code",
            "poll",
            "poll_kind",
            "polling_place",
        ]
    );
}

#[tokio::test]
async fn every_privilege_under_row_security_has_a_policy_for_its_role() {
    let bare = names(
        "select distinct c.relname || ' for ' || r.rolname from pg_class c
         cross join lateral aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
         where c.relnamespace = 'public'::regnamespace and c.relrowsecurity and r.rolname like 'hustings\\_%'
           and r.rolname not in ('hustings_wall', 'hustings_owner', 'hustings_operator')
           and not exists (select from pg_policy p where p.polrelid = c.oid and (r.oid = any (p.polroles) or p.polroles = '{0}'))
         order by 1",
    )
    .await;
    assert!(bare.is_empty(), "privileges that no policy guards: {bare:?}");
}

#[tokio::test]
async fn tables_belong_to_the_owner_and_the_walls_functions_to_the_wall() {
    let strays = names(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
           and relname <> '_sqlx_migrations' and pg_get_userbyid(relowner) <> 'hustings_owner'
         union all
         select proname::text from pg_proc where pronamespace = 'wall'::regnamespace and pg_get_userbyid(proowner) <> 'hustings_wall'",
    )
    .await;
    assert!(strays.is_empty(), "{strays:?}");
}

#[tokio::test]
async fn no_function_trusts_the_callers_search_path_or_is_for_everybody() {
    // What `return` or `begin atomic` says was read when the function was made: no search path is asked later.
    let loose = names(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace in ('wall'::regnamespace, 'public'::regnamespace)
         and ((p.prosqlbody is null and not coalesce(p.proconfig, '{}') @> array['search_path=\"\"'])
              or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0))",
    )
    .await;
    assert!(loose.is_empty(), "{loose:?}");
}

#[tokio::test]
async fn views_see_with_their_readers_eyes() {
    let views = names(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
         and not coalesce(reloptions, '{}') @> array['security_invoker=true']",
    )
    .await;
    assert!(views.is_empty(), "{views:?}");
}

#[tokio::test]
async fn the_logins_hold_no_table_and_nobody_holds_a_secret_column() {
    let held = names(
        "select r.rolname || ' on ' || c.relname from pg_class c
         cross join lateral aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
         where c.relnamespace = 'public'::regnamespace and r.rolname in ('hustings_app', 'hustings_door')
         union all
         select r.rolname || ' reads ' || s.what from pg_roles r
         cross join (values ('account', 'password_hash'), ('session', 'key'), ('set_up_code', 'digest'), ('link', 'key'),
           ('factor', 'secret'), ('factor', 'passkey'), ('recovery_code', 'digest'), ('ceremony', 'state'), ('join_request', 'session_key'),
           ('device', 'digest'), ('event_feed', 'digest'), ('volunteer_sign_up', 'key')) s (t, what)
         where r.rolname like 'hustings\\_%' and r.rolname not in ('hustings_wall', 'hustings_owner', 'hustings_operator', 'hustings_superuser')
           and has_column_privilege(r.oid, ('public.' || s.t)::regclass, s.what, 'select')
         union all
         select 'a volunteer reads ' || what from (values ('attains_on'), ('markers'), ('number'), ('title'), ('name'), ('name_key')) s (what)
         where has_column_privilege('hustings_volunteer', 'public.elector'::regclass, what, 'select')
         union all
         select r || ' tells canaries apart' from unnest(array['hustings_organiser', 'hustings_volunteer']) r
         where has_column_privilege(r, 'public.elector'::regclass, 'planted', 'select')
           or has_any_column_privilege(r, 'public.canary'::regclass, 'select')
         union all
         select 'an administrator reads ' || t from (values ('elector'), ('household'), ('result'), ('intention_now'), ('register_entry')) s (t)
         where has_any_column_privilege('hustings_administrator', ('public.' || t)::regclass, 'select')",
    )
    .await;
    assert!(held.is_empty(), "{held:?}");
}

/// What is not for everybody, by role: a privilege that no page uses is one that only an attacker would.
#[tokio::test]
async fn roles_hold_what_their_pages_read_and_write_and_nothing_else() {
    let held = names(
        "select format('%s %ss %s', substring(r.rolname from 10), v.verb, string_agg(c.relname, ', ' order by c.relname))
         from pg_class c
         join pg_roles r on r.rolname in ('hustings_volunteer', 'hustings_membership', 'hustings_protection', 'hustings_administrator')
         cross join unnest(array['insert', 'select', 'update', 'delete']) v (verb)
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
           and case v.verb when 'delete' then has_table_privilege(r.oid, c.oid, v.verb)
               else has_any_column_privilege(r.oid, c.oid, v.verb) end
           and not (v.verb = 'select' and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'everybody_reads'))
         group by r.rolname, v.verb order by 1",
    )
    .await;
    assert_eq!(
        held,
        [
            "administrator inserts access_grant, access_log, account, area, area_district, ending, ending_group, \
             export_limit, intention_code, issue_code, lockdown, message_campaign, message_imprint, poll, processor, terms",
            "administrator selects access_grant, access_log, account, alert, alert_event, assignment, ending, ending_group, export, \
             export_fetch, export_limit, factor, grant_renewal, grant_request, installation_version, link, lockdown, looked_at, mail, message_campaign, message_campaign_version, message_imprint, \
             password_change, person_subject, processor, session, subject, terms, terms_acceptance, walk_list, walk_list_elector",
            "administrator updates access_grant, account, area, area_district, assignment, authority, district, \
             ending, installation, intention_code, issue_code, lockdown, message_campaign, message_imprint, processor, session",
            "membership inserts access_log, member, member_branch, member_import, member_import_form, member_import_row, message, message_picture, person, \
             person_consent, person_contact, person_note, volunteer",
            "membership selects event, event_sign_up, member, member_branch, member_change, member_import, member_import_form, member_import_row, member_match, \
             message, message_picture, message_recipient, news, person, person_consent, person_contact, person_note, shift, volunteer",
            "membership updates member, member_branch, member_import, member_import_form, message, person, person_contact, volunteer",
            "protection inserts access_log, breach, breach_account, breach_event, breach_letter, export_limit, record_document, \
             record_words, request, request_event, retention_period, watch_rule_version",
            "protection selects access_grant, access_log, account, alert, alert_event, breach, breach_account, breach_event, \
             breach_letter, canary, elector, ending, ending_group, erasure, event, event_list, event_sign_up, export, export_canary, export_fetch, export_limit, factor, grant_request, household, \
             installation_version, looked_at, member, member_branch, member_change, member_import, member_import_form, member_import_row, \
             member_match, message, message_campaign, message_campaign_version, message_imprint, message_picture, message_recipient, message_return, message_silence, news, password_change, person, person_consent, person_contact, person_note, \
             person_subject, processor, record_document, record_words, request, \
             request_event, retention_kind, retention_line, retention_night, retention_period, retention_run, session, \
             shift, subject, suppression_doubt, task, task_event, terms, terms_acceptance, volunteer, volunteer_page, volunteer_sign_up, walk_list, walk_list_elector, watch_rule_version",
            "protection updates breach, breach_account, request",
            "volunteer inserts access_log, receipt, result, result_conflict",
            "volunteer selects elector, event, event_sign_up, household, news, person, receipt, result, shift, walk_list_door, walk_list_elector",
        ]
    );
}

#[tokio::test]
async fn nobody_but_the_operator_may_make_temporary_tables_or_anything_in_a_schema() {
    let may = names(
        "select rolname::text from pg_roles where rolname like 'hustings\\_%'
         and rolname not in ('hustings_wall', 'hustings_owner', 'hustings_operator', 'hustings_superuser')
         and (has_database_privilege(oid, current_database(), 'temp') or has_schema_privilege(oid, 'public', 'create')
              or has_schema_privilege(oid, 'wall', 'create'))",
    )
    .await;
    assert!(may.is_empty(), "{may:?}");
}

#[tokio::test]
async fn every_table_stands_in_the_data_dictionary() {
    let dictionary = include_str!("../../docs/data.md");
    let tables = names(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition and relname <> '_sqlx_migrations'",
    )
    .await;
    let missing: Vec<_> = tables.iter().filter(|t| !dictionary.contains(&format!("`{t}`"))).collect();
    assert!(missing.is_empty(), "docs/data.md says nothing of {missing:?}");
}

#[tokio::test]
async fn nobody_keeps_anything_in_large_objects() {
    let open = names(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace
           and (p.proname like 'lo\\_%' or p.proname in ('loread', 'lowrite'))
           and (has_function_privilege('hustings_app', p.oid, 'execute') or has_function_privilege('hustings_door', p.oid, 'execute')
             or has_function_privilege('hustings_organiser', p.oid, 'execute'))",
    )
    .await;
    assert!(open.is_empty(), "{open:?}");
}

#[tokio::test]
async fn what_lets_an_account_in_says_how_it_ends() {
    // Whatever belongs to an account, a grant or a session and holds a secret, a link, a feed or a job.
    let unsaid = names(
        "select c.relname::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
             and a.attname in ('account_id', 'grant_id', 'session_id'))
           and (c.relname ~ '(link|feed|token|job|passkey|invitation|factor|credential|key|import|export|assignment|session|mail|search)'
             or exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
               and a.attname ~ '(^|_)(key|digest|token|secret|hash|credential|code)(_|$)'))
           and not exists (select from wall.ends_with_access() e where e.held = c.relname)
         order by 1",
    )
    .await;
    assert!(unsaid.is_empty(), "wall.ends_with_access (migrations/0016_ending.sql) does not say how {unsaid:?} ends");
    let unknown = names(
        "select e.held from wall.ends_with_access() e where to_regclass('public.' || e.held) is null
           or e.how not in ('ended', 'dies', 'record') or e.why = ''",
    )
    .await;
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[tokio::test]
async fn what_lets_an_account_in_is_shut_by_ending_its_access() {
    use crate::support::app::TestApp;
    use crate::support::walk::count;
    use hustings::access::Role;
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    let desk = app.sign_in(&bo).await;
    desk.post("/electors", &[("q", "nobody")]).await.expect(303);
    let administrator = app.actor(Role::Administrator, "all").await;
    let path = format!("/api/v1/accounts/{}/end-access", bo.id);
    administrator.post_json(&path, &serde_json::json!({"reason": "Left"})).await.expect(200);
    for ended in [
        "select count(*) from session s where s.ended_at is null and s.account_id <> (select account_id from access_grant where role = 'administrator')",
        "select count(*) from access_grant where role <> 'administrator' and ended_at is null",
        "select count(*) from assignment where ended_at is null",
    ] {
        assert_eq!(count(&app, ended).await, 0, "{ended}");
    }
    // What dies by itself: the password opens nothing, the kept search is read by nobody.
    let fields = [("email", bo.email.as_str()), ("password", crate::support::app::PASSWORD)];
    app.nobody().post("/sign-in", &fields).await.expect(422);
    desk.get("/electors").await.expect(303);
}
