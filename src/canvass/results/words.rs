//! The contract's words: outcomes, asks, ways of voting.

/// An enum of words: the contract's, and the one on pages.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $title:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[schema(rename = $word)] $variant),+
        }

        impl $name {
            /// Each, in the order pages show them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word in JSON, forms and the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The words on pages.
            pub fn title(self) -> &'static str {
                match self { $($name::$variant => $title),+ }
            }

            /// The one of this word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words!(
    /// What happened at the door.
    Outcome {
        /// Somebody talked with us.
        Spoke = "spoke", "Spoke";
        /// Nobody answered.
        NotHome = "not-home", "Not home";
        /// They did not want to talk.
        Refused = "refused", "Did not want to talk";
        /// Lives elsewhere now.
        Moved = "moved", "Moved away";
        /// Has died.
        Deceased = "deceased", "Has died";
        /// Is not at this address, and maybe never was.
        WrongAddress = "wrong-address", "Not at this address";
        /// The door could not be reached.
        Inaccessible = "inaccessible", "Could not get in";
        /// We are to come again.
        ComeBack = "come-back", "Come back later";
    }
);

impl Outcome {
    /// Each with its words as they stand within a sentence, for scripts that say what was kept: JSON, a key a word.
    pub fn in_sentences() -> String {
        let sentence = |o: &Outcome| (o.as_str().to_owned(), o.title().to_lowercase().into());
        serde_json::Value::Object(Self::ALL.iter().map(sentence).collect()).to_string()
    }
}

words!(
    /// What somebody asked for or offered.
    Ask {
        /// To vote by post.
        PostalVote = "postal-vote", "Wants a postal vote";
        /// To vote by proxy.
        ProxyVote = "proxy-vote", "Wants a proxy vote";
        /// To be registered.
        Register = "register", "Wants to register";
        /// Needs something to show at the polling station.
        PhotoId = "photo-id", "Needs photo ID";
        /// To the polling station.
        Lift = "lift", "Needs a lift to vote";
        /// In the window or garden.
        Poster = "poster", "Will put up a poster";
        /// An organiser asks the same evening.
        WillHelp = "will-help", "Will help";
        /// From an organiser.
        CallBack = "call-back", "Wants a call back";
    }
);

words!(
    /// How somebody says that they have voted: never for whom.
    Voted {
        /// By post.
        Post = "post", "By post";
        /// At the polling station.
        InPerson = "in-person", "In person";
        /// Somebody voted for them.
        Proxy = "proxy", "By proxy";
    }
);
