//! The rules tree: what a selection says, as typed values. Parsed once, from forms or from what is kept; the inside never doubts.

use crate::canvass::ListId;
use crate::error::Error;
use serde::{Deserialize, Serialize};

/// The most groups inside one another.
pub const DEEPEST: usize = 4;
/// The most conditions and groups of one selection.
pub const MOST_RULES: usize = 60;
/// The most conditions among them that go through whole registers or all answers (turnout, household size, what happened): dozens of
/// those count for seconds.
pub const MOST_HEAVY: usize = 12;
/// The most streets, areas, codes or lists that one condition names.
pub const MOST_NAMED: usize = 500;

/// A condition, or a group of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Every one of them holds; an empty group holds for everybody.
    All(Vec<Rule>),
    /// At least one of them holds; an empty group holds for nobody.
    Any(Vec<Rule>),
    /// None of them holds; an empty group holds for everybody.
    None(Vec<Rule>),
    /// One condition.
    Is(Condition),
}

/// What may be asked of an elector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "of")]
pub enum Condition {
    /// Lives in one of these areas (ids of `area`): districts, wards, branches, constituencies.
    Area {
        /// The areas' ids.
        areas: Vec<i64>,
    },
    /// Lives in one of these streets, each by district and folded name.
    Street {
        /// District number and street key.
        streets: Vec<(i32, String)>,
    },
    /// So many electors are on the register in the home, both ends counted. Whoever has no home here never fits.
    HouseholdSize {
        /// At least; None: from one.
        least: Option<u16>,
        /// At most; None: without end.
        most: Option<u16>,
    },
    /// How they vote at a poll, by the newest absent voters’ list of it. Where no list is held, everybody votes in person.
    AbsentVote {
        /// The poll; None: the latest poll of which a list is held here.
        poll: Option<i64>,
        /// How.
        how: AbsentVote,
    },
    /// Whether the marked register of a poll says that they voted.
    Turnout {
        /// The poll.
        poll: i64,
        /// What it says.
        turnout: Turnout,
    },
    /// What they mean to vote, as it stands for a kind of election.
    Intention {
        /// The kind.
        election: Election,
        /// Which.
        among: Among,
        /// How old that answer is.
        age: Age,
    },
    /// What happened when they, or their home, were last called on: the newest of their own results and of their home’s as a whole.
    Outcome {
        /// One of these.
        any: Vec<Outcome>,
        /// How long ago.
        age: Age,
    },
    /// When somebody last spoke to them: a talk, a refusal or an intention of their own, a talk or a refusal of their home’s as a whole.
    LastAsked {
        /// When.
        when: LastAsked,
    },
    /// When a letter, a postcard or a poll card was last made for them: by a run that is done, whoever had it made.
    Written {
        /// When.
        when: LastAsked,
    },
    /// They themselves named one of these issues in an answer that stands.
    Issues {
        /// Codes of `issue_code`.
        any: Vec<String>,
    },
    /// They themselves asked for one of these in an answer that stands: the contract's words (`poster`, `will-help`, `lift`, …).
    Asked {
        /// The words.
        any: Vec<String>,
    },
    /// They are a member of the party whose membership is current, by a confirmed link.
    Member {
        /// False: they are none.
        yes: bool,
    },
    /// They are on record as somebody who helps and has not stopped, by a confirmed link.
    Volunteer {
        /// False: they are not.
        yes: bool,
    },
    /// They may be reached this way: at the door or by post nothing stands against it; by phone, email or text they agreed, and
    /// nothing stands against it. What stands against any way is an objection to it, to opinions or to all processing.
    Permitted {
        /// Which way.
        channel: Channel,
    },
    /// They are on a walk list as it stands.
    OnList {
        /// The list.
        list: ListId,
        /// False: they are not.
        on: bool,
    },
    /// What kind of entry the register has of them: `ordinary`, `attainer`, `overseas`, `other`.
    Register {
        /// The words.
        any: Vec<String>,
    },
}

/// How somebody votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsentVote {
    /// By post, themselves or their proxy.
    Post,
    /// By proxy, in person or by post.
    Proxy,
    /// By post or by proxy.
    Any,
    /// At the polling station: on no absent voters’ list.
    InPerson,
}

/// What a marked register says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turnout {
    /// They voted.
    Voted,
    /// They were on it and did not vote.
    DidNotVote,
    /// It does not hold them.
    NotKnown,
}

/// The kind of election that an intention is kept under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Election {
    /// UK Parliament.
    National,
    /// Scottish Parliament, Senedd, Northern Ireland Assembly.
    Devolved,
    /// Councils, mayors, commissioners.
    Local,
}

/// Which intentions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Among {
    /// One of these codes.
    Codes(Vec<String>),
    /// One of these groups of codes: `for`, `leaning`, `undecided`, `against`, `non-voter`, `wont-say` as `intention_code` has them.
    Groups(Vec<String>),
    /// Any at all.
    Known,
    /// None; with an age: none that is of that age.
    Unknown,
}

/// How old something is, in days counted back from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// Of whatever age.
    #[default]
    Any,
    /// At most so many days.
    Within(u16),
    /// More than so many days.
    Older(u16),
}

/// When somebody was last asked, or written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastAsked {
    /// Never.
    Never,
    /// Within the last so many days.
    Within(u16),
    /// Never, or longer ago than so many days.
    NotWithin(u16),
}

/// What happened at a door: the contract's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Somebody answered and talked.
    Spoke,
    /// Nobody was there.
    NotHome,
    /// They would not talk.
    Refused,
    /// They have moved away.
    Moved,
    /// They have died.
    Deceased,
    /// There is no such home.
    WrongAddress,
    /// The door cannot be reached.
    Inaccessible,
    /// They asked us to come back.
    ComeBack,
}

impl Outcome {
    /// Each, in the order of forms.
    pub const ALL: [Outcome; 8] = [
        Outcome::Spoke,
        Outcome::NotHome,
        Outcome::Refused,
        Outcome::Moved,
        Outcome::Deceased,
        Outcome::WrongAddress,
        Outcome::Inaccessible,
        Outcome::ComeBack,
    ];

    /// The contract's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Spoke => "spoke",
            Outcome::NotHome => "not-home",
            Outcome::Refused => "refused",
            Outcome::Moved => "moved",
            Outcome::Deceased => "deceased",
            Outcome::WrongAddress => "wrong-address",
            Outcome::Inaccessible => "inaccessible",
            Outcome::ComeBack => "come-back",
        }
    }
}

impl Election {
    /// The word that intentions are kept under.
    pub fn as_str(self) -> &'static str {
        match self {
            Election::National => "national",
            Election::Devolved => "devolved",
            Election::Local => "local",
        }
    }
}

impl Channel {
    /// Each.
    pub const ALL: [Channel; 5] = [Channel::Door, Channel::Post, Channel::Phone, Channel::Email, Channel::Text];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Door => "door",
            Channel::Post => "post",
            Channel::Phone => "phone",
            Channel::Email => "email",
            Channel::Text => "text",
        }
    }

    /// What stands against reaching somebody this way: an objection to it, to opinions, to all processing.
    pub fn stopped_by(self) -> [&'static str; 3] {
        [self.as_str(), "opinions", "processing"]
    }

    /// Whether people are reached this way only when they agreed to it.
    pub fn wants_consent(self) -> bool {
        matches!(self, Channel::Phone | Channel::Email | Channel::Text)
    }
}

/// By which way people of a selection are to be reached: whoever stopped it is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// At the door.
    #[default]
    Door,
    /// By post, or by hand through the letterbox by name.
    Post,
    /// By phone.
    Phone,
    /// By email.
    Email,
    /// By text message.
    Text,
}

/// Whom a selection leaves out besides what its rules say. Whoever stopped the channel, opinions or all processing is always out, and
/// so are people who left the register and anonymous electors, of whom there is no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct LeaveOut {
    /// How they are to be reached.
    pub channel: Channel,
    /// Whoever was asked within so many days.
    pub asked_days: Option<u16>,
    /// Whoever is said to have moved or died.
    pub moved: bool,
    /// Whoever lies on a printed pile that has not come back.
    pub on_paper: bool,
}

impl Default for LeaveOut {
    fn default() -> Self {
        LeaveOut { channel: Channel::Door, asked_days: None, moved: true, on_paper: true }
    }
}

/// A whole selection: the rules, and whom they leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Selection {
    /// Who.
    pub rule: Rule,
    /// Who not.
    #[serde(default)]
    pub leave_out: LeaveOut,
}

impl Default for Selection {
    /// Everybody of the area in use who may be called on at the door.
    fn default() -> Self {
        Selection { rule: Rule::All(Vec::new()), leave_out: LeaveOut::default() }
    }
}

impl Rule {
    /// Every condition of the tree, from left to right.
    pub fn conditions(&self) -> Vec<&Condition> {
        let mut open = vec![self];
        let mut all = Vec::new();
        while let Some(rule) = open.pop() {
            match rule {
                Rule::All(inner) | Rule::Any(inner) | Rule::None(inner) => open.extend(inner.iter().rev()),
                Rule::Is(condition) => all.push(condition),
            }
        }
        all
    }
}

impl Selection {
    /// The same rules, of whoever may be reached this way, whatever it was kept for.
    pub fn by(self, channel: Channel) -> Self {
        // A pile of cards that is out keeps nobody from being written to.
        let on_paper = self.leave_out.on_paper && channel == Channel::Door;
        Selection { leave_out: LeaveOut { channel, on_paper, ..self.leave_out }, ..self }
    }

    /// Holds it within bounds that a statement can be made of.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `rules` that says what is too much.
    pub fn check(&self) -> Result<(), Error> {
        let (mut rules, mut deepest, mut named, mut heavy) = (0, 0, 0, 0);
        let mut open = vec![(&self.rule, 1)];
        while let Some((rule, depth)) = open.pop() {
            rules += 1;
            deepest = deepest.max(depth);
            match rule {
                Rule::All(inner) | Rule::Any(inner) | Rule::None(inner) => {
                    open.extend(inner.iter().map(|r| (r, depth + 1)));
                }
                Rule::Is(condition) => {
                    named = named.max(condition.named());
                    heavy += usize::from(condition.is_heavy());
                }
            }
        }
        match () {
            () if rules > MOST_RULES => Err(Error::field("rules", "Use at most 60 conditions and groups")),
            () if deepest > DEEPEST + 1 => Err(Error::field("rules", "Put at most four groups inside one another")),
            () if named > MOST_NAMED => {
                Err(Error::field("rules", "Choose at most 500 streets or areas in one condition"))
            }
            () if heavy > MOST_HEAVY => Err(Error::field(
                "rules",
                "Ask about turnout, household size and what happened at most 12 times in all. Take some out, or make two selections \
                 of them",
            )),
            () => Ok(()),
        }
    }
}

impl Condition {
    /// Whether it goes through whole registers, or through all answers.
    fn is_heavy(&self) -> bool {
        matches!(self, Condition::Turnout { .. } | Condition::HouseholdSize { .. } | Condition::Outcome { .. })
    }

    /// How many things it names.
    fn named(&self) -> usize {
        match self {
            Condition::Area { areas } => areas.len(),
            Condition::Street { streets } => streets.len(),
            Condition::Outcome { any, .. } => any.len(),
            Condition::Issues { any } | Condition::Asked { any } | Condition::Register { any } => any.len(),
            Condition::Intention { among: Among::Codes(any) | Among::Groups(any), .. } => any.len(),
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pile_that_is_out_keeps_people_from_a_second_call_and_from_no_letter() {
        let kept = LeaveOut { channel: Channel::Phone, asked_days: Some(30), moved: true, on_paper: true };
        let kept = Selection { rule: Rule::Any(Vec::new()), leave_out: kept };
        let by = |channel, on_paper| Selection {
            leave_out: LeaveOut { channel, on_paper, ..kept.leave_out.clone() },
            ..kept.clone()
        };
        assert_eq!(kept.clone().by(Channel::Post), by(Channel::Post, false));
        assert_eq!(kept.clone().by(Channel::Door), by(Channel::Door, true));
    }

    #[test]
    fn what_goes_through_whole_registers_is_asked_twelve_times_at_most_wherever_it_stands() {
        let voted = |poll| Rule::Is(Condition::Turnout { poll, turnout: Turnout::Voted });
        let couples = Rule::Is(Condition::HouseholdSize { least: Some(2), most: None });
        let twelve: Vec<Rule> = (0..11).map(voted).chain([couples]).collect();
        let of = |rule| Selection { rule, leave_out: LeaveOut::default() }.check();
        assert!(of(Rule::Any(twelve.clone())).is_ok());
        let nested = Rule::All(vec![Rule::None(twelve), voted(12)]);
        let Err(Error::Invalid(fields)) = of(nested) else { panic!("thirteen were let through") };
        assert_eq!(fields[0].field, "rules");
        assert!(fields[0].message.contains("at most 12") && fields[0].message.contains("two selections"));
        // Of anything else there may be as many as before.
        let members = vec![Rule::Is(Condition::Member { yes: true }); MOST_RULES - 1];
        assert!(of(Rule::All(members)).is_ok());
    }
}
