//! What the data protection officer records of somebody of Organise: an objection to messages, a correction. The wall's functions
//! ask who asks and put the look on record in their own body.

use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::error::Error;
use uuid::Uuid;

/// What somebody is called and how they are reached.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// Forename.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Email address, or nothing.
    pub email: String,
    /// Mobile telephone, or nothing.
    pub mobile: String,
    /// Another telephone, or nothing.
    pub phone: String,
}

impl Details {
    /// What of it is otherwise than what is right.
    fn corrected(&self, right: &Details) -> Vec<&'static str> {
        let name = self.forename != right.forename || self.surname != right.surname;
        let all = [
            (name, "name"),
            (self.email != right.email, "email"),
            (self.mobile != right.mobile, "mobile"),
            (self.phone != right.phone, "telephone"),
        ];
        all.into_iter().filter(|(other, _)| *other).map(|(_, field)| field).collect()
    }
}

/// What is held of a person now; whoever asks has just read their file, which put the look on record.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn details(scope: &mut Scoped, person: Uuid) -> Result<Details, Error> {
    Ok(sqlx::query_as!(
        Details,
        r#"select p.forename, p.surname, coalesce(c.email, '') as "email!", coalesce(c.mobile, '') as "mobile!",
             coalesce(c.phone, '') as "phone!"
           from person p left join person_contact c using (person_id) where p.person_id = $1 and p.erased_at is null"#,
        person
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Corrects that, and notes which of it was corrected.
///
/// # Errors
/// [`Error::NotFound`] when there is nobody any more.
pub async fn correct(scope: &mut Scoped, person: Uuid, held: &Details, right: &Details) -> Result<(), Error> {
    let done = sqlx::query_scalar!(
        r#"select wall.correct_person($1, $2, $3, $4, $5, $6, $7, $8) as "done!""#,
        person,
        right.forename,
        right.surname,
        fold(&format!("{} {}", right.surname, right.forename)),
        fold(&format!("{} {}", right.forename, right.surname)),
        right.email,
        right.mobile,
        right.phone
    )
    .fetch_one(scope.connection())
    .await?;
    if !done {
        return Err(Error::NotFound);
    }
    match held.corrected(right).join(", ") {
        nothing if nothing.is_empty() => Ok(()),
        fields => note(scope, person, &format!("Corrected by the data protection officer: {fields}")).await,
    }
}

/// Records that somebody objects to messages by these channels, in these words.
///
/// # Errors
/// [`Error::NotFound`] when there is nobody any more.
pub async fn withdraw(scope: &mut Scoped, person: Uuid, channels: &[String], how: &str) -> Result<(), Error> {
    let done = sqlx::query_scalar!(r#"select wall.withdraw_consents($1, $2, $3) as "done!""#, person, channels, how)
        .fetch_one(scope.connection())
        .await?;
    if !done {
        return Err(Error::NotFound);
    }
    let words = format!("Objected to messages by {}: recorded by the data protection officer", channels.join(", "));
    note(scope, person, &words).await
}

/// Whoever keeps the record learns what was done, and never what stood there before.
async fn note(scope: &mut Scoped, person: Uuid, words: &str) -> Result<(), Error> {
    sqlx::query!("select wall.note_for_rights($1, $2)", person, words).execute(scope.connection()).await?;
    Ok(())
}
