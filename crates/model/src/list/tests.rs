use super::*;
use clock::ReplicaId;

fn id(replica: u64, seq: u32) -> Id {
    Id::new(ReplicaId(replica), seq)
}

fn shown(list: &List) -> Vec<i64> {
    list.check_invariants();
    list.iter().map(|(_, value)| if let Value::Int(n) = value { *n } else { -1 }).collect()
}

fn abc() -> List {
    let mut list = List::new();
    list.insert(id(1, 0), (None, None), Values::Ints(&[1, 2, 3]), true, None);
    list
}

#[test]
fn an_item_shows_at_its_latest_move_and_goes_back_when_that_is_undone() {
    let mut list = abc();
    list.insert_move((id(1, 3), 2), id(1, 0), (Some(id(1, 2)), None), true, None);
    assert_eq!(shown(&list), [2, 3, 1]);
    list.insert_move((id(2, 0), 2), id(1, 0), (Some(id(1, 1)), Some(id(1, 2))), true, None);
    assert_eq!(shown(&list), [2, 1, 3]);
    list.set_moved(id(1, 3), false, None);
    assert_eq!(shown(&list), [2, 1, 3]);
    list.set_moved(id(2, 0), false, None);
    assert_eq!(shown(&list), [1, 2, 3]);
    list.set_moved(id(1, 3), true, None);
    assert_eq!(shown(&list), [2, 3, 1]);
}

#[test]
fn what_two_wrote_at_once_is_kept() {
    let mut list = abc();
    list.insert_write((id(2, 0), 2), id(1, 1), ((&Value::Int(20)).into(), &[id(1, 1)]), true, None);
    list.insert_write((id(3, 0), 2), id(1, 1), ((&Value::Int(30)).into(), &[id(1, 1)]), true, None);
    assert_eq!(shown(&list), [1, 30, 3]);
    assert_eq!(list.heads(id(1, 1)).len(), 2);
    list.set_written(id(3, 0), id(1, 1), false, None);
    assert_eq!(shown(&list), [1, 20, 3]);
    list.set_written(id(2, 0), id(1, 1), false, None);
    assert_eq!(shown(&list), [1, 2, 3]);
}

#[test]
fn forged_names_do_nothing() {
    let mut list = abc();
    list.insert_move((id(2, 0), 2), id(9, 9), (Some(id(8, 8)), Some(id(1, 1))), true, None);
    list.insert_move((id(2, 1), 3), id(2, 0), (None, None), true, None);
    list.insert_write((id(2, 2), 4), id(2, 0), ((&Value::Null).into(), &[id(2, 2)]), true, None);
    list.set_deleted(Span::new(ReplicaId(2), 0, 9), true, None);
    list.set_inserted(Span::new(ReplicaId(2), 0, 9), false, None);
    assert_eq!(shown(&list), [1, 2, 3]);
}
