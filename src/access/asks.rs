//! What stands between a right password and the first row: a second factor, the terms.

/// What a session is asked for before anything is seen with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Prove the second factor that the account has.
    Factor,
    /// Set one up: the role needs it, and there is none.
    Enrol,
    /// Accept the newest terms of use.
    Terms,
}

impl Asks {
    /// By the database's word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "factor" => Some(Asks::Factor),
            "enrol" => Some(Asks::Enrol),
            "terms" => Some(Asks::Terms),
            _ => None,
        }
    }

    /// The page that asks it.
    pub fn page(self) -> &'static str {
        match self {
            Asks::Factor => "/sign-in/factor",
            Asks::Enrol => "/sign-in/set-up-factor",
            Asks::Terms => "/sign-in/terms",
        }
    }

    /// The problem's type for programs.
    pub fn kind(self) -> &'static str {
        match self {
            Asks::Factor | Asks::Enrol => "factor-required",
            Asks::Terms => "terms-required",
        }
    }

    /// What to do, for programs and for whom no page is drawn.
    pub fn advice(self) -> &'static str {
        match self {
            Asks::Factor => "Give the code of your authenticator app, or a recovery code, as `code`",
            Asks::Enrol => "This role needs a second factor. Sign in on the website and set one up first",
            Asks::Terms => "Sign in on the website and accept the terms of use first",
        }
    }
}
