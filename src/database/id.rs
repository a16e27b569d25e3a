//! Ids that hold their partition. To everyone outside they are opaque strings.

/// A text that is no id of ours. Deliberately without the text: it came from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not an id")]
pub struct ParseIdError;

/// Reads `partition.number`.
pub fn parse(text: &str) -> Result<(i32, i64), ParseIdError> {
    let (partition, id) = text.split_once('.').ok_or(ParseIdError)?;
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(partition) || !digits(id) {
        return Err(ParseIdError);
    }
    Ok((partition.parse().map_err(|_| ParseIdError)?, id.parse().map_err(|_| ParseIdError)?))
}

/// Makes an id type of a partition and a number, printed and read as `partition.number`.
macro_rules! partitioned_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// The registration authority's partition; means nothing else.
            pub partition: i32,
            /// The number within it.
            pub id: i64,
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}.{}", self.partition, self.id)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::database::ParseIdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::database::parse_id(text).map(|(partition, id)| $name { partition, id })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use partitioned_id;
