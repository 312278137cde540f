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
#[test]
fn each() {
    use super::super::{interpret::Work, program::*, simd::Simd, timeline::Timeline};
    for name in ["hodgkin_huxley", "lif"] {
        let model = crate::model::load(name).unwrap();
        let e = crate::experiment::fi(model, &crate::experiment::FiOptions::default()).unwrap();
        let plan = crate::plan::compile_with(&e, crate::ir::Passes::ALL)
            .unwrap()
            .plan;
        let p = lower::<f32>(&plan).unwrap();
        let mut total = 0.0;
        let run = |insts: Vec<Inst<f32>>, guard: Guard| {
            let q = Program {
                blocks: vec![CodeBlock {
                    guard,
                    insts: insts.clone(),
                    deferral: None,
                }],
                turned: vec![CodeBlock {
                    guard,
                    insts,
                    deferral: None,
                }],
                pairs: vec![],
                swept: vec![],
                ..p.clone()
            };
            let mut m = Memory::of(&q);
            for (i, r) in m.registers.iter_mut().enumerate() {
                for (j, x) in r.0.iter_mut().enumerate() {
                    *x = if i == 7 {
                        0.0
                    } else {
                        0.01 + 0.001 * (j as f32) + 0.01 * i as f32
                    }
                }
            }
            let t = Timeline::default();
            let mut best = f64::MAX;
            for _ in 0..20 {
                let b = std::time::Instant::now();
                Simd::available()[0].advance(&mut Work {
                    program: &q,
                    memory: &mut m,
                    timeline: &t,
                    steps: 0..10000,
                });
                best = best.min(b.elapsed().as_secs_f64());
            }
            best / 10000.0 * 4.05e9
        };
        println!("empty {:.0}", run(vec![], Guard::Always));
        println!("guard {:.0}", run(vec![], Guard::Lanes(7)));
        for i in &p.blocks[0].insts {
            let c = run(vec![*i], Guard::Always);
            total += c;
            println!("{:?} {:.0} cycles per tile", i.code, c);
        }
        println!(
            "total {total:.0}; all {:.0}",
            run(p.blocks[0].insts.clone(), Guard::Always)
        );
    }
}
