// SPDX-License-Identifier: MIT
// libpq brings libraries (Kerberos, GnuTLS, LDAP) that keep variables and destructors for each thread of the
// process. A server that unloads the plugin would unload them too, and then a thread of its own that ends, or
// a tool that looks at its variables, would find them gone. So libpq stays where it is once it has been
// loaded.
//
// Any thread. Internal to this folder.
#pragma once

namespace restanza::journal::postgres {

// Whether it could be done; again is no harm.
bool stay_loaded();

}  // namespace restanza::journal::postgres
