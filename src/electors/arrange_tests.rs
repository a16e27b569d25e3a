use super::*;

fn found(elector: i64, home: Option<i64>, position: i32, name: &str) -> Found {
    Found { partition_id: 1, elector_id: elector, household_id: home, area_no: 1, position, name_key: name.into() }
}

#[test]
fn homes_stand_in_the_order_of_their_first_match() {
    let all =
        vec![found(1, Some(7), 3, "b"), found(2, Some(8), 1, "c"), found(3, Some(7), 2, "d"), found(4, None, 9, "a")];
    let known = HashMap::new();
    let homes = |order| {
        let groups = arrange(all.clone(), &known, &Intention::Any, Asked::Any, order);
        groups.into_iter().map(|g| g.electors).collect::<Vec<_>>()
    };
    assert_eq!(homes(Order::Walking), [vec![2], vec![3, 1], vec![4]]);
    assert_eq!(homes(Order::Name), [vec![4], vec![1, 3], vec![2]]);
}

#[test]
fn filters_keep_what_they_name() {
    let all = vec![found(1, Some(1), 1, "a"), found(2, Some(2), 2, "b"), found(3, Some(3), 3, "c")];
    let day = |days| Some(Utc::now() - TimeDelta::days(days));
    let known = HashMap::from([
        ((1, 1), Known { code: Some("F".into()), asked: day(10) }),
        ((1, 2), Known { code: Some("A".into()), asked: day(100) }),
    ]);
    let kept = |intention: Intention, asked| {
        arrange(all.clone(), &known, &intention, asked, Order::Walking)
            .iter()
            .map(|g| g.electors[0])
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(Intention::Codes(vec!["F".into()]), Asked::Any), [1]);
    assert_eq!(kept(Intention::Unknown, Asked::Any), [3]);
    assert_eq!(kept(Intention::Any, Asked::NotFor90Days), [2, 3]);
    assert_eq!(kept(Intention::Any, Asked::In30Days), [1]);
    assert_eq!(kept(Intention::Any, Asked::Never), [3]);
}
