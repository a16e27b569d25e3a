//! Imprints: who promotes what goes out from an area, and on whose behalf. Without one no message is sent, no page is public and
//! nothing is printed for the public (Elections Act 2022, part 6; Representation of the People Act 1983, section 110).
//!
//! A campaign has its own, for a kind of poll and a time; an area's usual one holds where no campaign's does.

pub mod campaign_form;
pub mod campaign_pages;
pub mod campaigns;
pub mod pages;
pub mod rules;

use crate::database::Scoped;
use crate::error::Error;
use rules::Names;
use uuid::Uuid;

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
    /// Who prints, for what is printed; of a usual imprint with the address.
    pub printer: String,
    /// The address of a campaign's printer.
    pub printer_address: String,
    /// Whether it is on behalf of several candidates.
    pub many: bool,
    /// Whether it is said in Welsh too.
    pub welsh: bool,
    /// Of which campaign; None: the area's usual one.
    pub campaign: Option<Uuid>,
}

impl Imprint {
    /// The words that stand below a message or a page, a line each.
    pub fn lines(&self) -> Vec<String> {
        rules::online(&self.names(), self.welsh)
    }

    /// The same for paper; None where the printer is not known, and nothing may be printed for the public.
    pub fn on_paper(&self) -> Option<Vec<String>> {
        let printer = (self.printer.as_str(), self.printer_address.as_str());
        self.missing().is_empty().then(|| rules::on_paper(&self.names(), printer, self.welsh))
    }

    /// The words below a page that may be printed: with the printer, where one is known.
    pub fn lines_on_paper(&self) -> Vec<String> {
        self.on_paper().unwrap_or_else(|| self.lines())
    }

    /// What it lacks for paper, in words after "Give": a name without an address at which somebody is found is no imprint. What is
    /// read on a screen goes out with what was put down.
    pub fn missing(&self) -> Vec<&'static str> {
        let usual = self.campaign.is_none() && self.printer_address.is_empty();
        let lacks = [
            (rules::is_address(&self.promoter_address), "the promoter’s address with its postcode"),
            (rules::is_address(&self.behalf_address), "the address of whom it is for, with its postcode"),
            (!usual || rules::is_name_with_address(&self.printer), "the printer, with address and postcode"),
            (usual || !self.printer.is_empty(), "the printer’s name"),
            (usual || rules::is_address(&self.printer_address), "the printer’s address with its postcode"),
        ];
        lacks.into_iter().filter(|(there, _)| !there).map(|(_, lacking)| lacking).collect()
    }

    fn names(&self) -> Names<'_> {
        Names {
            promoter: &self.promoter,
            promoter_address: &self.promoter_address,
            behalf: &self.behalf,
            behalf_address: &self.behalf_address,
            many: self.many,
        }
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
             behalf as "behalf!", behalf_address as "behalf_address!", printer as "printer!",
             printer_address as "printer_address!", many as "many!", welsh as "welsh!", campaign as "campaign?"
           from wall.imprint_of($1)"#,
        area
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The imprint of what is printed in an area for a kind of poll, such as `local`; for no kind the party's own, else the
/// usual one, and never that of a poll's campaign, though there is one just now. It may still lack its printer.
///
/// # Errors
/// What the database says.
pub async fn for_paper(scope: &mut Scoped, area: i64, kind: Option<&str>) -> Result<Option<Imprint>, Error> {
    Ok(sqlx::query_as!(
        Imprint,
        r#"select area_id as "area!", area_name as "area_name!", promoter as "promoter!", promoter_address as "promoter_address!",
             behalf as "behalf!", behalf_address as "behalf_address!", printer as "printer!",
             printer_address as "printer_address!", many as "many!", welsh as "welsh!", campaign as "campaign?"
           from wall.imprint_for($1, $2)"#,
        area,
        // No kind of poll is called so: what is the party's own, between elections, holds then.
        kind.unwrap_or_default()
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The complete lines for paper; None: nothing may be made for the public there.
///
/// # Errors
/// What the database says.
pub async fn on_paper(scope: &mut Scoped, area: i64, kind: Option<&str>) -> Result<Option<Vec<String>>, Error> {
    Ok(for_paper(scope, area, kind).await?.and_then(|imprint| imprint.on_paper()))
}

/// The usual imprints that whoever acts may change, by the area's name.
///
/// # Errors
/// What the database says.
pub async fn own(scope: &mut Scoped) -> Result<Vec<Imprint>, Error> {
    Ok(sqlx::query_as!(
        Imprint,
        r#"select i.area_id as area, a.name as "area_name!", i.promoter, i.promoter_address, i.behalf, i.behalf_address, i.printer,
             '' as "printer_address!", false as "many!", false as "welsh!", null::uuid as "campaign?"
           from message_imprint i join area a using (area_id) order by a.kind <> 'installation', a.name, i.area_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Puts an area's usual imprint down, or another in its place.
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

/// Takes an area's usual imprint away, where one of an area around it takes its place. Whether it did.
///
/// # Errors
/// What the database says.
pub async fn remove(scope: &mut Scoped, area: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.remove_imprint($1) as "gone!""#, area).fetch_one(scope.connection()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Imprint {
        Imprint {
            area: 1,
            area_name: "Quillbrook".into(),
            promoter: "A. Agent".into(),
            promoter_address: "1 Larkspur Row, ZZ1 4QX".into(),
            behalf: "The Lantern Party".into(),
            behalf_address: "2 Larkspur Row, ZZ1 4QX".into(),
            printer: "Presses, 3 Larkspur Row, ZZ1 4QX".into(),
            printer_address: String::new(),
            many: false,
            welsh: false,
            campaign: None,
        }
    }

    #[test]
    fn an_imprint_names_both_and_says_one_address_once() {
        let imprint = usual();
        let both =
            "Promoted by A. Agent, 1 Larkspur Row, ZZ1 4QX, on behalf of The Lantern Party, 2 Larkspur Row, ZZ1 4QX.";
        assert_eq!(imprint.lines(), [both]);
        assert_eq!(imprint.lines_on_paper(), ["Printed by Presses, 3 Larkspur Row, ZZ1 4QX.", both]);
        let one = Imprint { behalf_address: imprint.promoter_address.clone(), ..imprint };
        assert_eq!(
            one.lines(),
            ["Promoted by A. Agent on behalf of The Lantern Party, both of 1 Larkspur Row, ZZ1 4QX."]
        );
    }

    #[test]
    fn nothing_is_for_paper_without_the_printers_name_and_everybodys_address() {
        for printer in ["", "Oldney Press", "Presses, 3 Larkspur Row"] {
            let none = Imprint { printer: printer.into(), ..usual() };
            assert_eq!((none.on_paper(), none.missing()), (None, vec!["the printer, with address and postcode"]));
            assert_eq!(none.lines_on_paper(), none.lines());
        }
        let campaign = Imprint { printer: "Presses".into(), campaign: Some(Uuid::nil()), ..usual() };
        let short = Imprint { printer_address: "3 Larkspur Row".into(), ..campaign.clone() };
        for lacking in [&campaign, &short] {
            assert_eq!(lacking.missing(), ["the printer’s address with its postcode"]);
            assert_eq!(lacking.on_paper(), None);
        }
        let whole = Imprint { printer_address: "3 Larkspur Row, ZZ1 4QX".into(), ..campaign };
        assert!(whole.on_paper().is_some_and(|lines| lines.len() == 2));
        let nowhere = Imprint { promoter_address: "1 Nowhere".into(), behalf_address: "x".into(), ..whole };
        assert_eq!((nowhere.on_paper(), nowhere.missing().len()), (None, 2));
    }
}
