//! The module `.._gate` of a service, after what tonic generates for it.

mod caller;
mod docs;
mod method;
mod rule;
mod sentence;

use proc_macro2::{Ident, Literal, TokenStream};
use prost_build::{Service, ServiceGenerator};
use quote::{format_ident, quote};

use crate::rules::Rules;
use method::{GatedMethod, PRIMITIVES};

/// tonic's generator, and ours after it.
pub(crate) struct GateGenerator {
    tonic: Box<dyn ServiceGenerator>,
    rules: Rules,
}

// === impl GateGenerator ===

impl GateGenerator {
    pub(crate) fn new(rules: Rules) -> Self {
        // Else tonic looks for `bool` and the like in the module of the messages.
        tonic_prost_build::NON_PATH_TYPE_ALLOWLIST.set(&PRIMITIVES);
        Self {
            tonic: tonic_prost_build::configure()
                .trait_attribute(".", tonic_trait_hint())
                .service_generator(),
            rules,
        }
    }

    fn gate(&self, service: &Service) -> TokenStream {
        let full_name = full_name(service);
        let methods: Vec<_> = service
            .methods
            .iter()
            .map(|method| {
                let name = format!("{full_name}/{}", method.proto_name);
                let rule = self
                    .rules
                    .of(&name)
                    .expect("a method without a rule ends the build before anything is generated");
                GatedMethod::new(method, rule)
            })
            .collect();

        let snake_name = snake_case(&service.name);
        let module = format_ident!("{snake_name}_gate");
        let tonic_module = format_ident!("{snake_name}_server");
        let tonic_server = format_ident!("{}Server", service.name);
        let name = format_ident!("{}", service.name);

        let count = Literal::usize_unsuffixed(methods.len());
        let constants = methods.iter().map(|method| method.constant(&full_name));
        let callers = methods.iter().filter_map(GatedMethod::callers);
        let signatures = methods.iter().map(GatedMethod::signature);
        let adapters = methods
            .iter()
            .enumerate()
            .map(|(i, method)| method.adapter(&name, i));

        let callers_asked: Vec<_> = methods
            .iter()
            .enumerate()
            .filter_map(|(i, method)| method.asked(i))
            .collect();
        let callers_asked = (!callers_asked.is_empty()).then(|| {
            let docs = docs::lines(&[
                format!("Who calls, for handlers of tonic's own trait, `{tonic_module}::{name}`."),
                String::new(),
                "Each function wants the extensions of the method's request, and answers with the caller that the method's rule \
                 promises. Without the gate, and at a call of another method, it is INTERNAL. Public methods have none."
                    .to_owned(),
            ]);
            quote! {
                #docs
                pub mod caller {
                    #(#callers_asked)*
                }
            }
        });
        let hint = trait_hint(&full_name, &name, &module, &tonic_module);

        let module_docs = docs::lines(&[format!("`{full_name}` behind the gate.")]);
        let methods_docs = docs::lines(&[format!(
            "The methods of `{full_name}`, each with its rule, in the order of the proto."
        )]);
        let mut trait_docs = service.comments.leading.clone();
        trait_docs.extend([
            String::new(),
            format!("The handlers of `{full_name}`. Each takes the caller that its rule promises, whom the gate has verified."),
        ]);
        let trait_docs = docs::lines(&trait_docs);
        let server_docs = docs::lines(&[
            format!("Serves `{full_name}` with these handlers, behind the gate."),
            String::new(),
            "Without the gate, every method that is not public answers INTERNAL.".to_owned(),
        ]);

        quote! {
            #module_docs
            #[allow(
                clippy::all,
                clippy::pedantic,
                dead_code,
                unreachable_pub,
                unused_qualifications,
                rustdoc::bare_urls,
                rustdoc::broken_intra_doc_links,
                rustdoc::invalid_html_tags,
            )]
            pub mod #module {
                #methods_docs
                pub static METHODS: [::callgate::Method; #count] = [#(#constants),*];

                #(#callers)*

                #callers_asked

                #trait_docs
                #hint
                pub trait #name: ::std::marker::Send + ::std::marker::Sync + 'static {
                    #(#signatures)*
                }

                /// Takes the caller that the gate has left with each call, and hands the call to the handlers.
                #[derive(Clone, Debug)]
                pub struct Gated<T>(T);

                #[::tonic::async_trait]
                impl<T: #name> super::#tonic_module::#name for Gated<T> {
                    #(#adapters)*
                }

                #server_docs
                pub fn server<T: #name>(handlers: T) -> super::#tonic_module::#tonic_server<Gated<T>> {
                    super::#tonic_module::#tonic_server::new(Gated(handlers))
                }

                impl<T: #name> ::callgate::HasPolicy for super::#tonic_module::#tonic_server<Gated<T>> {
                    const METHODS: &'static [::callgate::Method] = &METHODS;
                }
            }
        }
    }
}

impl ServiceGenerator for GateGenerator {
    fn generate(&mut self, service: Service, buf: &mut String) {
        let gate = self.gate(&service);
        self.tonic.generate(service, buf);
        buf.push_str(&gate.to_string());
    }

    fn finalize(&mut self, buf: &mut String) {
        self.tonic.finalize(buf);
    }

    fn finalize_package(&mut self, package: &str, buf: &mut String) {
        self.tonic.finalize_package(package, buf);
    }
}

/// What the compiler says where these are no gated handlers. Mostly they are tonic's, whose trait has the same name.
fn trait_hint(full_name: &str, name: &Ident, module: &Ident, tonic_module: &Ident) -> TokenStream {
    let message = format!("`{{Self}}` has no gated handlers for `{full_name}`");
    let label = format!("`{module}::{name}` is not implemented for it");
    let methods = format!(
        "the methods of `{module}::{name}` take the caller that the gate has verified; those of `{tonic_module}::{name}`, which is \
         tonic's, do not"
    );
    let instead = format!(
        "handlers of tonic's trait are served by `{tonic_module}::{name}Server::new`, and ask `{module}::caller` who calls"
    );
    quote! {
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #methods, note = #instead)]
    }
}

/// The same for tonic's trait, whichever service it is of.
fn tonic_trait_hint() -> &'static str {
    "#[diagnostic::on_unimplemented(
        message = \"`{Self}` does not implement this service's trait of tonic\",
        note = \"gated handlers, which take their caller, are served by the function `server` beside their trait, in the module `.._gate`\"
    )]"
}

/// As paths name a service: `greeter.v1.GreeterService`.
fn full_name(service: &Service) -> String {
    if service.package.is_empty() {
        service.proto_name.clone()
    } else {
        format!("{}.{}", service.package, service.proto_name)
    }
}

/// tonic's way to name a service's modules, which is not prost's.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (i, c) in name.char_indices() {
        if i > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
