use super::*;
#[test]
fn lib(){ for m in library::MODELS { match Model::parse(m.name,m.text){ Ok((m,w))=>{println!("{m:#?}"); assert!(w.is_empty())}, Err(d)=>panic!("{}", d.render(&crate::diag::SourceText::new(m.name,m.text)))} } }
