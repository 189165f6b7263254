# SPDX-License-Identifier: BSD-2-Clause
#
# Copyright (c) 2026 The libskynet_socket authors

# The skeletons of ports in share/ports.

atf_test_case packing_lists
packing_lists_head()
{
	atf_set descr "The ports' packing lists are made from regress/manifest"
}
packing_lists_body()
{
	atf_config_has source || atf_skip "needs the source tree"
	ports=$(atf_config_get source)/share/ports
	sh "${ports}/plists.sh" made
	for list in freebsd/pkg-plist openbsd/pkg/PLIST pkgsrc/PLIST; do
		diff "${ports}/${list}" "made/${list}" ||
		    atf_fail "${list}: run share/ports/plists.sh"
	done
}

atf_init_test_cases()
{
	atf_add_test_case packing_lists
}
