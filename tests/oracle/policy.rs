//! The policy in Cedar over the facts of a world: an answer that knows nothing of SQL or of the application.

use super::actions::{Action, Asking, Kind, Open, assignments};
use super::world::{Closure, World};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, Policy, PolicySet, Request, Schema,
    ValidationMode, Validator,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The policy as it is written down.
pub const SOURCE: &str = include_str!("../policy/hustings.cedar");
const SCHEMA: &str = include_str!("../policy/hustings.cedarschema");

/// The policy and a world.
pub struct Oracle {
    /// For each action the policies whose scope it can be in: the others cannot have a say, and to ask them takes time.
    policies: HashMap<&'static str, PolicySet>,
    entities: Entities,
    authorizer: Authorizer,
    actions: HashMap<&'static str, EntityUid>,
    sessions: Vec<EntityUid>,
    rows: HashMap<Kind, Vec<EntityUid>>,
}

/// The schema, with what the validator finds in a policy: nothing may be found.
pub fn validated(source: &str) -> Result<(Schema, PolicySet), String> {
    let (schema, warnings) = Schema::from_cedarschema_str(SCHEMA).map_err(|e| e.to_string())?;
    if let Some(warning) = warnings.into_iter().next() {
        return Err(warning.to_string());
    }
    let policies: PolicySet = source.parse().map_err(|e: cedar_policy::ParseErrors| e.to_string())?;
    let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
    if !result.validation_passed_without_warnings() {
        return Err(result.to_string());
    }
    Ok((schema, policies))
}

fn id(kind: &str, name: impl ToString) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse::<EntityTypeName>().unwrap(), EntityId::new(name.to_string()))
}

fn named(kind: &str, name: impl ToString) -> Value {
    json!({"__entity": {"type": kind, "id": name.to_string()}})
}

fn all<T: ToString>(kind: &str, names: impl IntoIterator<Item = T>) -> Value {
    names.into_iter().map(|name| named(kind, name)).collect()
}

fn at(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

fn entity(kind: &str, name: impl ToString, attrs: Value, parents: Value) -> Value {
    json!({"uid": {"type": kind, "id": name.to_string()}, "attrs": attrs, "parents": parents})
}

impl Oracle {
    /// Reads a policy, validates it and tells it the facts of a world.
    pub fn of(source: &str, world: &World) -> Self {
        let (schema, policies) = validated(source).unwrap();
        let mut facts = Vec::new();
        access(world, &mut facts);
        people(world, &mut facts);
        papers(world, &mut facts);
        let entities = Entities::from_json_value(Value::Array(facts), Some(&schema)).unwrap();
        let rows = Kind::ALL
            .map(|kind| (kind, (0..kind.count(world)).map(|n| id(kind.entity(), kind.name(world, n))).collect()));
        let of_action = |action: &Action| {
            let named = id("Action", action.name);
            let concerned = |p: &&Policy| p.get_valid_request_envs(&schema).any(|env| *env.action() == named);
            (action.name, PolicySet::from_policies(policies.policies().filter(concerned).cloned()).unwrap())
        };
        Oracle {
            policies: Action::all().map(of_action).collect(),
            entities,
            authorizer: Authorizer::new(),
            actions: Action::all().map(|a| (a.name, id("Action", a.name))).collect(),
            sessions: (0..world.sessions.len()).map(|n| id("Session", n)).collect(),
            rows: rows.into_iter().collect(),
        }
    }

    /// May this session do this with these rows?
    pub fn decide(&self, world: &World, asking: &Asking, rows: &[usize]) -> Vec<bool> {
        let context = Context::from_json_value(known(world, asking), None).unwrap();
        let (principal, action) = (&self.sessions[asking.session], &self.actions[asking.action.name]);
        let policies = &self.policies[asking.action.name];
        let ask = |row: &usize| {
            let resource = self.rows[&asking.action.kind][*row].clone();
            let request = Request::new(principal.clone(), action.clone(), resource, context.clone(), None).unwrap();
            let response = self.authorizer.is_authorized(&request, policies, &self.entities);
            let errors: Vec<_> = response.diagnostics().errors().collect();
            assert!(errors.is_empty(), "{errors:?}");
            response.decision() == Decision::Allow
        };
        rows.iter().map(ask).collect()
    }
}

/// What is known at the moment of asking.
fn known(world: &World, asking: &Asking) -> Value {
    let mut context = json!({"now": at(world.now)});
    for (name, closure) in ["first", "second"].iter().zip(&world.closures) {
        context[*name] = closed(closure);
    }
    match asking.open {
        Open::Nothing => {}
        Open::Area(area) => context["page"] = named("Area", area),
        Open::List(list) => {
            context["list"] = named("List", list);
            let account = world.account(asking.session);
            if let Some(held) = world.lists[list].held.get(&account) {
                context["held"] = json!({"account": named("Account", account), "begins": at(held.begins), "ends": at(held.ends),
                    "ended": held.ended});
            }
        }
    }
    context
}

fn closed(closure: &Closure) -> Value {
    let mut record = json!({"tool": closure.tool, "stays": closure.stays});
    if let Some(area) = closure.area {
        record["area"] = named("Area", area);
    }
    record
}

fn access(world: &World, facts: &mut Vec<Value>) {
    for (n, a) in world.areas.iter().enumerate() {
        let attrs = json!({"everywhere": a.everywhere, "districts": all("District", &a.districts)});
        facts.push(entity("Area", n, attrs, json!([])));
    }
    for (number, _) in &world.districts {
        let within = (0..world.areas.len()).filter(|a| world.areas[*a].districts.contains(number));
        let parents: Value = within.map(|a| json!({"type": "Area", "id": a.to_string()})).collect();
        facts.push(entity("District", number, json!({}), parents));
    }
    for n in 0..world.accounts.len() {
        facts.push(entity("Account", n, json!({}), json!([])));
    }
    for (n, g) in world.grants.iter().enumerate() {
        let attrs = json!({"account": named("Account", g.account), "role": g.role, "area": named("Area", g.area),
            "begins": at(g.begins), "ends": at(g.ends), "ended": g.ended.is_some()});
        facts.push(entity("Grant", n, attrs, json!([])));
    }
    for (n, s) in world.sessions.iter().enumerate() {
        let attrs = json!({"account": named("Account", world.grants[s.grant].account), "grant": named("Grant", s.grant),
            "cleared": s.cleared, "ended": s.ended, "idleUntil": at(s.idle_until), "ends": at(s.ends)});
        facts.push(entity("Session", n, attrs, json!([])));
    }
}

fn people(world: &World, facts: &mut Vec<Value>) {
    for (n, e) in world.electors.iter().enumerate() {
        let attrs = json!({"district": named("District", e.district), "left": e.left, "erased": e.erased, "heldBack": e.held_back,
            "lists": all("List", &e.lists), "wasOn": all("List", &e.was_on)});
        facts.push(entity("Elector", n, attrs, json!([])));
    }
    for (n, h) in world.homes.iter().enumerate() {
        let attrs = json!({"district": named("District", h.district), "lists": all("List", &h.lists), "wasOn": all("List", &h.was_on)});
        facts.push(entity("Home", n, attrs, json!([])));
    }
    for (n, l) in world.lists.iter().enumerate() {
        let attrs = json!({"district": named("District", l.district), "ended": l.ended, "reaches": all("District", &l.reaches)});
        facts.push(entity("List", n, attrs, json!([])));
    }
}

fn papers(world: &World, facts: &mut Vec<Value>) {
    for (n, r) in world.results.iter().enumerate() {
        facts.push(entity("Result", n, json!({"district": named("District", r.district)}), json!([])));
    }
    for (n, r) in world.late.iter().enumerate() {
        facts.push(entity("Late", n, json!({"district": named("District", r.district), "waiting": r.open}), json!([])));
    }
    for (n, r) in world.pairs.iter().enumerate() {
        facts.push(entity("Pair", n, json!({"district": named("District", r.district), "open": r.open}), json!([])));
    }
    for (n, r) in world.pieces.iter().enumerate() {
        facts.push(entity("Piece", n, json!({"district": named("District", r.district)}), json!([])));
    }
    for (n, (_, account)) in world.imports.iter().enumerate() {
        facts.push(entity("Import", n, json!({"account": named("Account", account)}), json!([])));
    }
    for (n, (_, session)) in world.searches.iter().enumerate() {
        facts.push(entity("Search", n, json!({"session": named("Session", session)}), json!([])));
    }
    for (n, (list, _)) in assignments(world).into_iter().enumerate() {
        facts.push(entity("Assignment", n, json!({"list": named("List", list)}), json!([])));
    }
    for (kind, count) in [("PersonRequest", world.requests.len()), ("Breach", world.breaches.len())] {
        facts.extend((0..count).map(|n| entity(kind, n, json!({}), json!([]))));
    }
}
