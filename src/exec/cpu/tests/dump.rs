use super::super::lower::lower;
#[test]
fn dump() {
    for name in ["hodgkin_huxley", "lif"] {
        let model = crate::model::load(name).unwrap();
        let e = crate::experiment::fi(model, &crate::experiment::FiOptions::default()).unwrap();
        let plan = crate::plan::compile_with(&e, crate::ir::Passes::ALL)
            .unwrap()
            .plan;
        let p = lower::<f32>(&plan).unwrap();
        println!("{name} registers {} fixed {}", p.n_registers, p.n_fixed);
        for h in &p.homes {
            println!("r{} = {:?}", h.register, plan.layout().name(h.slot));
        }
        for b in &p.blocks {
            println!("block {:?} {:?} {}", b.guard, b.deferral, b.insts.len());
            for i in &b.insts {
                println!("   {:?} r{} <- {:?} k {:?}", i.code, i.dst, i.src, i.k);
            }
        }
    }
}
