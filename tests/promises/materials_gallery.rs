//! The gallery shows everything that can be made, as it looks, before anybody makes it.

use super::materials_labels::desk;
use crate::support::materials::with_printer;
use hustings::access::Role;
use hustings::materials::Kind;
use hustings::materials::gallery::about;

#[tokio::test]
async fn each_kind_has_a_real_picture_and_a_way_to_make_it() {
    let here = desk().await;
    let page = here.desk.get("/materials").await.expect(200);
    assert_eq!(page.count(".gallery li"), Kind::ALL.len());
    for kind in Kind::ALL {
        let picture = format!("/materials/samples/{}.png", kind.as_str());
        assert_eq!(page.count(&format!(".gallery img[src='{picture}']")), 1, "{picture}");
        for time in ["first", "kept"] {
            let answer = here.desk.client.get(format!("{}{picture}", here.desk.base)).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 200, "{picture}, {time}");
            assert_eq!(answer.headers()["content-type"], "image/png");
            let drawn = image::load_from_memory(&answer.bytes().await.unwrap()).unwrap().to_luma8();
            let dark = drawn.pixels().filter(|p| p.0[0] < 200).count();
            assert!(drawn.width() > 200 && dark > 100, "{picture} is not an empty page: {dark}");
        }
        let room = about(kind).0;
        assert!(page.count(&format!(".gallery a[href='{room}']")) > 0, "{room}");
        here.desk.get(room).await.expect(200);
    }
    here.desk.get("/materials/samples/nothing.png").await.expect(404);
    here.desk.get("/materials/samples/labels").await.expect(404);
}

#[tokio::test]
async fn what_was_made_lately_stands_there_for_whoever_works_in_the_area() {
    let here = desk().await;
    with_printer(&here.app).await;
    let fields = [("line", "Keep our library open"), ("count", "1"), ("step", "make")];
    let run = here.desk.post("/materials/posters", &fields).await.expect(303).location();
    let page = here.desk.get("/materials").await.expect(200);
    assert_eq!(page.count(&format!("main a[href='{run}']")), 1);
    let neighbour = here.app.actor(Role::Organiser, "Saltern").await;
    assert_eq!(neighbour.get("/materials").await.expect(200).count(&format!("main a[href='{run}']")), 0);
    here.app.actor(Role::Volunteer, "Quillbrook").await.get("/materials").await.expect(403);
}

#[tokio::test]
async fn a_kept_look_stands_among_the_templates_and_fills_its_form() {
    let here = desk().await;
    let kept = [("line", "Keep our library open"), ("keep_as", "Library line"), ("step", "keep")];
    here.desk.post("/materials/posters", &kept).await.expect(303);
    let page = here.desk.get("/materials").await.expect(200);
    let at = page.attribute("main a[href^='/materials/posters?kept=']", "href");
    let form = here.desk.get(&at).await.expect(200);
    assert_eq!(form.attribute("input[name=line]", "value"), "Keep our library open");
}
