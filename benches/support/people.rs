//! Accounts with grants and sessions, made through the operator, many at once.

use super::Outcome;
use hustings::access::{Role, Token};
use hustings::database::Credential;
use sqlx::{PgConnection, query};
use uuid::Uuid;

/// An account with one live grant and one live session.
#[derive(Clone)]
pub struct Person {
    /// The account.
    pub account: Uuid,
    /// Its grant.
    pub grant: Uuid,
    /// Its session.
    pub session: Uuid,
    /// Where its grant holds.
    pub area: i64,
    /// What a browser would send.
    pub token: String,
}

impl Person {
    /// What the server makes of the token.
    ///
    /// # Errors
    /// Never: tokens made here are tokens.
    pub fn credential(&self) -> Outcome<Credential> {
        Ok(Credential::from_token(&self.token).ok_or("not a token")?)
    }

    /// What the server sends to PostgreSQL for the token, in hex.
    pub fn hash(&self) -> String {
        use sha2::Digest;
        hex::encode(sha2::Sha256::digest(self.token.as_bytes()))
    }
}

/// So many people of one role in one area, each signed in.
///
/// # Errors
/// What the database says.
pub async fn signed_in(db: &mut PgConnection, role: Role, area: i64, how_many: usize) -> Outcome<Vec<Person>> {
    let people: Vec<Person> = (0..how_many)
        .map(|_| Person {
            account: Uuid::now_v7(),
            grant: Uuid::now_v7(),
            session: Uuid::now_v7(),
            area,
            token: Token::new().as_str().to_owned(),
        })
        .collect();
    accounts(db, &people.iter().map(|p| p.account).collect::<Vec<_>>(), None).await?;
    grants(db, &people, role).await?;
    sessions(db, &people).await?;
    Ok(people)
}

/// Accounts with these ids, all with the same password's hash; an address is the id's figures.
///
/// # Errors
/// What the database says.
pub async fn accounts(db: &mut PgConnection, ids: &[Uuid], hash: Option<&str>) -> Outcome {
    query(
        "insert into account (account_id, email, name, password_hash)
         select id, replace(id::text, '-', '') || '@lantern.example', 'Imogen Example', $2 from unnest($1::uuid[]) id",
    )
    .bind(ids)
    .bind(hash)
    .execute(db)
    .await?;
    Ok(())
}

async fn grants(db: &mut PgConnection, people: &[Person], role: Role) -> Outcome {
    let (grants, accounts): (Vec<Uuid>, Vec<Uuid>) = people.iter().map(|p| (p.grant, p.account)).unzip();
    query(
        "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at)
         select g, a, $3, $4, 'Canvassing', 'Bench', now() + interval '30 days' from unnest($1::uuid[], $2::uuid[]) t (g, a)",
    )
    .bind(grants)
    .bind(accounts)
    .bind(role.as_str())
    .bind(people.first().map_or(0, |p| p.area))
    .execute(db)
    .await?;
    Ok(())
}

/// Live sessions under these people's tokens.
///
/// # Errors
/// What the database says.
pub async fn sessions(db: &mut PgConnection, people: &[Person]) -> Outcome {
    let keys = people.iter().map(|p| Ok(p.credential()?.key())).collect::<Outcome<Vec<Vec<u8>>>>()?;
    query(
        "insert into session (session_id, key, grant_id, account_id, cleared_at, idle_until, ends_at)
         select s, k, g, a, now(), now() + interval '12 hours', now() + interval '14 hours'
         from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::uuid[]) t (s, k, g, a)",
    )
    .bind(people.iter().map(|p| p.session).collect::<Vec<_>>())
    .bind(keys)
    .bind(people.iter().map(|p| p.grant).collect::<Vec<_>>())
    .bind(people.iter().map(|p| p.account).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}
