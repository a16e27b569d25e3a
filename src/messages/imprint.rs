//! Imprints: who promotes what goes out from an area, and on whose behalf. Without one no message is sent and no page is public
//! (Elections Act 2022, part 6; Representation of the People Act 1983, section 110).

pub mod pages;

use crate::database::Scoped;
use crate::error::Error;

/// The imprint that holds in an area: its own, or that of the smallest area around it that has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// Whose it is.
    pub area: i64,
    /// That area's name.
    pub area_name: String,
    /// Who promotes.
    pub promoter: String,
    /// Their address.
    pub promoter_address: String,
    /// On whose behalf: the candidate or the party.
    pub behalf: String,
    /// Their address.
    pub behalf_address: String,
    /// Who prints, for what is printed.
    pub printer: String,
}

impl Imprint {
    /// The words that stand below a message or a page, a line each.
    pub fn lines(&self) -> Vec<String> {
        let Imprint { promoter, promoter_address, behalf, behalf_address, .. } = self;
        if promoter_address == behalf_address {
            return vec![format!("Promoted by {promoter} on behalf of {behalf}, both of {promoter_address}.")];
        }
        vec![format!("Promoted by {promoter}, {promoter_address}, on behalf of {behalf}, {behalf_address}.")]
    }

    /// The same for paper, which names its printer too.
    pub fn lines_on_paper(&self) -> Vec<String> {
        let printed = (!self.printer.is_empty()).then(|| format!("Printed by {}.", self.printer));
        self.lines().into_iter().chain(printed).collect()
    }
}

/// The imprint that holds in an area; None: nothing goes out from there.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, area: i64) -> Result<Option<Imprint>, Error> {
    Ok(sqlx::query_as!(
        Imprint,
        r#"select area_id as "area!", area_name as "area_name!", promoter as "promoter!", promoter_address as "promoter_address!",
             behalf as "behalf!", behalf_address as "behalf_address!", printer as "printer!"
           from wall.imprint_of($1)"#,
        area
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The imprints that whoever acts may change, by the area's name.
///
/// # Errors
/// What the database says.
pub async fn own(scope: &mut Scoped) -> Result<Vec<Imprint>, Error> {
    Ok(sqlx::query_as!(
        Imprint,
        r#"select i.area_id as area, a.name as "area_name!", i.promoter, i.promoter_address, i.behalf, i.behalf_address, i.printer
           from message_imprint i join area a using (area_id) order by a.kind <> 'installation', a.name, i.area_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Puts an area's imprint down, or another in its place.
///
/// # Errors
/// [`Error::Forbidden`] outside one's own areas.
pub async fn keep(scope: &mut Scoped, imprint: &Imprint) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into message_imprint (area_id, promoter, promoter_address, behalf, behalf_address, printer, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (area_id) do update set promoter = excluded.promoter, promoter_address = excluded.promoter_address,
           behalf = excluded.behalf, behalf_address = excluded.behalf_address, printer = excluded.printer,
           changed_by = $7, changed_at = statement_timestamp()",
        imprint.area,
        imprint.promoter,
        imprint.promoter_address,
        imprint.behalf,
        imprint.behalf_address,
        imprint.printer,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Takes an area's own imprint away, where one of an area around it takes its place. Whether it did.
///
/// # Errors
/// What the database says.
pub async fn remove(scope: &mut Scoped, area: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.remove_imprint($1) as "gone!""#, area).fetch_one(scope.connection()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imprint_names_both_and_says_one_address_once() {
        let imprint = Imprint {
            area: 1,
            area_name: "Quillbrook".into(),
            promoter: "A. Agent".into(),
            promoter_address: "1 Larkspur Row, ZZ1 4QX".into(),
            behalf: "The Lantern Party".into(),
            behalf_address: "2 Larkspur Row, ZZ1 4QX".into(),
            printer: "Presses, 3 Larkspur Row".into(),
        };
        let both =
            "Promoted by A. Agent, 1 Larkspur Row, ZZ1 4QX, on behalf of The Lantern Party, 2 Larkspur Row, ZZ1 4QX.";
        assert_eq!(imprint.lines(), [both]);
        assert_eq!(imprint.lines_on_paper(), [both, "Printed by Presses, 3 Larkspur Row."]);
        let one = Imprint { behalf_address: imprint.promoter_address.clone(), ..imprint };
        assert_eq!(
            one.lines(),
            ["Promoted by A. Agent on behalf of The Lantern Party, both of 1 Larkspur Row, ZZ1 4QX."]
        );
    }
}
