//! Constituencies full of electors, and walk lists through them, made in the database at once.

use super::Outcome;
use super::people::Person;
use sqlx::{PgConnection, query, query_scalar, raw_sql};

/// Polling districts in a constituency.
pub const DISTRICTS: i32 = 70;

/// A nation's corner: constituencies of equal size, two an authority.
pub struct Place {
    /// The constituencies' areas.
    pub constituencies: Vec<i64>,
    /// Electors in all.
    pub electors: i64,
}

/// Fills an empty installation with so many electors, two a home, in so many constituencies of 70 districts each.
///
/// # Errors
/// What the database says.
pub async fn fill(db: &mut PgConnection, electors: i64, constituencies: i32) -> Outcome<Place> {
    let all: Vec<i32> = (0..constituencies).collect();
    for (n, two) in all.chunks(2).enumerate() {
        let letters: Vec<String> = two.iter().flat_map(|c| (0..DISTRICTS).map(|d| letters(*c, d))).collect();
        query("select wall.add_districts($1, $2)")
            .bind(format!("Authority {}", n + 1))
            .bind(letters)
            .execute(&mut *db)
            .await?;
    }
    let constituencies = name(db, constituencies).await?;
    query(include_str!("homes.sql")).bind(electors / 2).execute(&mut *db).await?;
    query(include_str!("electors.sql")).bind(STARTS).bind(ENDS).bind(FORENAMES).execute(&mut *db).await?;
    query("insert into district_size select area_no, count(*), count(distinct household_id) from elector group by 1")
        .execute(&mut *db)
        .await?;
    raw_sql("vacuum (analyze) household, elector").execute(&mut *db).await?;
    let electors = query_scalar("select count(*) from elector").fetch_one(db).await?;
    Ok(Place { constituencies, electors })
}

/// The first letter is the constituency's, the others the district's.
fn letters(constituency: i32, district: i32) -> String {
    let letter = |n: i32| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
    [letter(constituency / 26), letter(constituency), letter(district / 26), letter(district)].iter().collect()
}

async fn name(db: &mut PgConnection, constituencies: i32) -> Outcome<Vec<i64>> {
    Ok(query_scalar(
        "with c as (
           insert into area (kind, name, short_name)
           select 'constituency', 'Constituency ' || n, 'C' || n from generate_series(1, $1) n returning area_id, name
         ), d as (
           insert into area_district (area_id, area_no)
           select c.area_id, d.area_no from c join district d
             on c.name = 'Constituency ' || ((ascii(d.letters) - 65) * 26 + ascii(substr(d.letters, 2)) - 64)
         )
         select area_id from c order by area_id",
    )
    .bind(constituencies)
    .fetch_all(db)
    .await?)
}

/// A walk list of homes that stand side by side, in the hands of one volunteer.
#[derive(Clone, Debug)]
pub struct List {
    /// Its id outside the database.
    pub id: String,
    /// The authority's partition.
    pub partition: i32,
    /// Its id inside.
    pub list: i64,
    /// Its doors, in order.
    pub homes: Vec<i64>,
}

/// One list of so many doors for each volunteer, in the districts of their area; the last answers are shown.
///
/// # Errors
/// What the database says.
pub async fn assign(db: &mut PgConnection, volunteers: &[Person], doors: i32) -> Outcome<Vec<List>> {
    let accounts: Vec<_> = volunteers.iter().map(|v| v.account).collect();
    let area = volunteers.first().map_or(0, |v| v.area);
    let made: Vec<(i32, i64, Vec<i64>)> =
        sqlx::query_as(include_str!("lists.sql")).bind(accounts).bind(area).bind(doors).fetch_all(&mut *db).await?;
    raw_sql("analyze walk_list, walk_list_door, walk_list_elector, assignment").execute(db).await?;
    Ok(made
        .into_iter()
        .map(|(partition, list, homes)| List { id: format!("{partition}.{list}"), partition, list, homes })
        .collect())
}

/// The beginnings and ends of surnames: 3,600 of them, the first ones common.
pub const STARTS: [&str; 60] = [
    "Har", "Wil", "Ash", "Brad", "Clay", "Dun", "Ed", "Fair", "Gar", "Hol", "Ing", "Kel", "Lang", "Mar", "Nor", "Old",
    "Pem", "Quil", "Rad", "Sal", "Thorn", "Under", "Wex", "Yar", "Al", "Ben", "Cold", "Dray", "Elm", "Fen", "Gold",
    "Hart", "Kings", "Lar", "Mid", "Nether", "Oak", "Pick", "Red", "Stan", "Tan", "Up", "Vin", "Wain", "Birch", "Crom",
    "Dal", "East", "Frost", "Green", "Hazel", "Ivy", "Lock", "Mill", "New", "Orch", "Penn", "Rose", "South", "West",
];
/// See [`STARTS`].
pub const ENDS: [&str; 60] = [
    "court", "son", "ford", "ton", "ley", "by", "well", "wick", "ham", "field", "stone", "bridge", "brook", "combe",
    "dale", "den", "gate", "grove", "hurst", "land", "low", "mere", "more", "ridge", "row", "shaw", "side", "stead",
    "stock", "thorpe", "tree", "wall", "water", "wood", "worth", "yard", "acre", "bank", "beck", "bourne", "burn",
    "bury", "cliff", "cote", "croft", "don", "fold", "garth", "holme", "house", "ing", "kirk", "lake", "man", "marsh",
    "mouth", "over", "port", "sett", "ward",
];
/// Forenames, the first ones common.
pub const FORENAMES: [&str; 60] = [
    "Edith", "Wilfred", "Imogen", "Arthur", "Nadia", "George", "Priya", "Tom", "Agnes", "Dylan", "Farah", "Hugh",
    "Ines", "Jack", "Keira", "Leon", "Maud", "Noel", "Olive", "Percy", "Quentin", "Rhian", "Sunil", "Tessa", "Uma",
    "Victor", "Wanda", "Xanthe", "Yusuf", "Zoe", "Alan", "Beryl", "Cyril", "Doris", "Ernest", "Flora", "Gwen",
    "Harold", "Ivor", "Joan", "Karl", "Lila", "Morag", "Ned", "Oona", "Paul", "Rosa", "Sean", "Thea", "Ursula", "Vera",
    "Walter", "Yasmin", "Zachary", "Bronwen", "Callum", "Deepa", "Euan", "Fatima", "Gordon",
];
