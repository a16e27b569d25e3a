//! Members of the demonstration: who of its invented electors belongs to the invented party, brought in by a file like any other.

use super::words;
use crate::commands::members::{Import, import_in};
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use crate::members::today;
use chrono::TimeDelta;
use std::path::PathBuf;

/// Every how many of the constituency's electors one is a member, so that there are some 120.
const MEMBERS: i64 = 120;

/// Brings them in, as the operator would; some live elsewhere on the file than on the register, some are on none.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, keys: &Keys) -> Result<(), Error> {
    let rows = sqlx::query!(
        r#"select e.forenames, e.surname, h.lines, coalesce(h.postcode, '') as "postcode!", w.name as ward
           from (select x.*, row_number() over (partition by x.area_no order by md5(x.elector_id::text)) as nth,
               count(*) over (partition by x.area_no) as people from elector x where x.household_id is not null and x.forenames <> '') e
           join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           join area_district ad on ad.area_no = e.area_no join area w on w.area_id = ad.area_id and w.kind = 'ward'
           where e.nth % greatest((select count(*) from elector) / $1, 1) = 3
           order by e.area_no, e.nth limit $1"#,
        MEMBERS
    )
    .fetch_all(scope.connection())
    .await?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let headings = "Membership Number,Forename,Surname,Address Line 1,Address Line 2,Address Line 3,Address Line 4,Postcode,Email,\
        Mobile,Joined,Paid Until,Kind,Status,Branch,Standing";
    let mut put = |cells: Vec<String>| file.write_record(cells).map_err(Error::internal);
    put(headings.split(',').map(str::to_owned).collect())?;
    for (n, row) in rows.into_iter().enumerate() {
        put(line(n, row.forenames, row.surname, row.lines, row.postcode, row.ward))?;
    }
    let bytes = file.into_inner().map_err(|e| Error::internal(e.to_string()))?;
    let choices = Import {
        file: PathBuf::new(),
        area: words::CONSTITUENCY.1.into(),
        complete: false,
        allow_many: true,
        erased_again: None,
        dry_run: false,
    };
    import_in(scope, keys, &choices, "members-november.csv", bytes).await?;
    sqlx::query!(
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
         select gen_random_uuid(), m.person_id, m.area_id, c, true, 'May we write to you about campaigns?', 'Membership form'
         from member m, unnest(array['email', 'post']) c
         where m.state = 'current' and right(m.number, 1)::int < case c when 'email' then 7 else 3 end"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// One member's line: most are current, some late, some soon to renew, some gone.
fn line(
    n: usize,
    forenames: String,
    surname: String,
    lines: Vec<String>,
    postcode: String,
    ward: String,
) -> Vec<String> {
    let day = |days: i64| (today() + TimeDelta::days(days)).format("%d/%m/%Y").to_string();
    let spread = i64::try_from(n).unwrap_or(0);
    let (state, paid, standing) = match n % 12 {
        3 => ("lapsed", -200 - spread, "not in good standing"),
        7 if n.is_multiple_of(5) => ("resigned", -400, "not in good standing"),
        5 => ("current", 5 + spread % 50, "good standing"),
        9 => ("current", -spread % 60 - 3, "in arrears"),
        _ => ("current", 80 + spread * 2, "good standing"),
    };
    let joined = if n % 11 == 4 { -(spread % 80) - 1 } else { -300 - spread * 41 };
    // One in nine goes by another first name, one in ten has moved and not told the council.
    let forename = forenames.split(' ').next().unwrap_or_default();
    let forename = if n % 9 == 2 { forename.chars().take(3).collect() } else { forename.to_owned() };
    let mut lines = lines;
    let postcode = if n % 10 == 6 {
        lines = vec![format!("{} New Quay", n + 1), "Oldney".into()];
        "AB9 9ZZ".to_owned()
    } else {
        postcode
    };
    lines.resize(4, String::new());
    let email = if n % 8 == 1 { String::new() } else { format!("member{n}@lantern.example") };
    let kind = ["Full", "Full", "Reduced", "Youth"][n % 4];
    let mut cells = vec![format!("L-{:05}", 2000 + n * 7), forename, surname];
    cells.extend(lines);
    cells.extend([postcode, email, format!("07700 900{:03}", n * 8 % 1000), day(joined), day(paid)]);
    cells.extend([kind, state, &ward, standing].map(str::to_owned));
    cells
}
