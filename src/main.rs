//! x
use export_license_registry::rules::{cycles, values::Country};
fn main() {
    for (_, edges) in cycles::all() {
        for e in edges { println!("T ('{}', '{}', '{}', '{}')", e.life_cycle, e.from, e.action, e.to); }
    }
    let mut v: Vec<_> = Country::all().collect();
    v.sort();
    for (c, n) in v { println!("C ('{c}', 'country', '{}')", n.replace('\'', "''")); }
}
