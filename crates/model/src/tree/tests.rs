use super::*;
use clock::ReplicaId;

fn id(replica: u64, seq: u32) -> Id {
    Id::new(ReplicaId(replica), seq)
}

fn shown(tree: &Tree) -> String {
    tree.check_invariants();
    tree.iter().map(|(depth, id)| format!("{}{}", ">".repeat(depth), id.seq)).collect::<Vec<_>>().join(" ")
}

/// Nodes 0, 1 and 2 at the top.
fn three() -> Tree {
    let mut tree = Tree::new();
    for n in 0..3 {
        tree.create((id(1, n), 1), None, tree.place_at(None, n as usize), true, None);
    }
    tree
}

fn put(tree: &mut Tree, slot: (Id, Lamport), node: u32, parent: u32) {
    tree.insert_move(slot, (id(1, node), Some(id(1, parent))), (None, None), true, None);
}

#[test]
fn the_youngest_move_of_a_cycle_loses() {
    let mut tree = three();
    put(&mut tree, (id(2, 0), 2), 0, 1);
    assert_eq!(shown(&tree), "1 >0 2");
    put(&mut tree, (id(3, 0), 2), 1, 0);
    assert_eq!(shown(&tree), "1 >0 2");
    assert!(tree.is_lost(id(3, 0)) && !tree.is_lost(id(2, 0)));
    assert_eq!(tree.lost_moves(id(1, 1)).collect::<Vec<_>>(), [id(3, 0)]);
    assert_eq!(tree.lost_moves(id(1, 0)).count(), 0);
    tree.set_moved(id(2, 0), false, None);
    assert_eq!(shown(&tree), "0 >1 2", "what lost by a move that is undone wins");
    assert!(!tree.is_lost(id(3, 0)));
    tree.set_moved(id(2, 0), true, None);
    assert_eq!(shown(&tree), "1 >0 2");
}

#[test]
fn who_loses_falls_back_to_the_move_before() {
    let mut tree = three();
    put(&mut tree, (id(2, 0), 2), 0, 1);
    put(&mut tree, (id(3, 0), 2), 1, 2);
    put(&mut tree, (id(4, 0), 3), 2, 0);
    assert_eq!(shown(&tree), "2 >1 >>0");
    put(&mut tree, (id(3, 1), 4), 1, 0);
    assert_eq!(shown(&tree), "2 >1 >>0", "two moves lose in turn, and no node is below itself");
    tree.set_deleted(id(1, 2), true, None);
    assert_eq!(shown(&tree), "");
    tree.set_deleted(id(1, 2), false, None);
    assert_eq!(shown(&tree), "2 >1 >>0");
}

#[test]
fn forged_names_are_harmless() {
    let mut tree = three();
    tree.insert_move((id(2, 0), 2), (id(1, 0), Some(id(1, 0))), (None, None), true, None);
    assert!(tree.is_lost(id(2, 0)), "no node goes below itself");
    tree.insert_move((id(2, 1), 3), (id(9, 9), Some(id(1, 0))), (None, None), true, None);
    tree.insert_move((id(2, 2), 4), (id(2, 0), Some(id(2, 1))), (Some(id(1, 0)), Some(id(7, 7))), true, None);
    tree.set_deleted(id(2, 0), true, None);
    tree.set_created(id(2, 1), false, None);
    assert_eq!(shown(&tree), "0 1 2");
    tree.insert_move((id(2, 3), 5), (id(1, 2), Some(id(2, 0))), (None, Some(id(1, 0))), true, None);
    assert_eq!(shown(&tree), "2 0 1", "what is no node counts as the top");
}

/// Every step leaves what the rule makes from scratch, and patches lead there.
#[test]
fn any_moves_turned_on_and_off_in_any_order_agree_with_the_rule() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as usize % n
    };
    for _ in 0..400 {
        let mut tree = Tree::new();
        let mut outline = Outline::default();
        let nodes = 2 + below(6);
        for n in 0..nodes {
            let parent = below(n + 1).checked_sub(1).map(|n| id(1, n as u32));
            let mut patch = TreePatch::new();
            tree.create((id(1, n as u32), 1 + n as u64), parent, (None, None), below(8) > 0, Some(&mut patch));
            outline.apply(&patch);
        }
        let mut moves: Vec<(Id, bool)> = Vec::new();
        for n in 0..40 {
            let before = tree.clone();
            let mut patch = TreePatch::new();
            match below(3) {
                0 if !moves.is_empty() => {
                    let at = below(moves.len());
                    moves[at].1 = !moves[at].1;
                    tree.set_moved(moves[at].0, moves[at].1, Some(&mut patch));
                }
                1 if below(4) == 0 => {
                    let node = id(1, below(nodes) as u32);
                    let is_deleted = tree.nodes[tree.node(node).unwrap() as usize].deletions > 0;
                    tree.set_deleted(node, !is_deleted, Some(&mut patch));
                }
                _ => {
                    let (node, parent) = (id(1, below(nodes) as u32), id(1, below(nodes) as u32));
                    let slot = (id(2 + below(3) as u64, n), 20 + n as u64 - below(9) as u64);
                    let active = below(4) > 0;
                    tree.insert_move(slot, (node, Some(parent)), (None, None), active, Some(&mut patch));
                    moves.push((slot.0, active));
                }
            }
            tree.check_invariants();
            outline.apply(&patch);
            assert_eq!(outline.nodes(), Outline::of(&tree).nodes());
            let mut other = Outline::of(&before);
            other.apply(&tree.changed_since(Some(&before)));
            assert_eq!(other.nodes(), Outline::of(&tree).nodes());
        }
    }
}
