//! The built-in models: one file of text each and one line here, in the order in which they are listed.

/// A built-in model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryModel {
    /// The name it is found by.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! models {
    ($($name:ident)*) => {
        /// All built-in models.
        pub const MODELS: &[LibraryModel] = &[$(LibraryModel {
            name: stringify!($name),
            text: include_str!(concat!("library/", stringify!($name), ".eqn")),
        }),*];
    };
}

models! {
    hodgkin_huxley
    lif
    lif_noise
    passive_membrane
    two_ion_membrane
    ghk_membrane
    ei_conductance
    passive_ladder
    eif
    qif
    theta
    adex
    izhikevich
    izhikevich2004
    izhikevich2007
    mihalas_niebur
    mat2
    glif1
    glif2
    glif3
    glif4
    glif5
    rtm
    rtm_dynamic
    rtm_m
    rtm_ahp
    wang_buzsaki
    erisir
    erisir_burst
    connor_stevens
    traub_miles
    pospischil
    pospischil_ib
    pospischil_lts
    destexhe_pare
    destexhe_pare_noise
    rothman_manis
    thalamic_relay
    thalamic_reticular
    pinsky_rinzel
    prinz_stg
    butera
    morris_lecar
    fitzhugh_nagumo
    hindmarsh_rose
}

/// Finds a built-in model by its name.
pub fn find(name: &str) -> Option<&'static LibraryModel> {
    MODELS.iter().find(|model| model.name == name)
}
