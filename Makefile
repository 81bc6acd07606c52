# SPDX-License-Identifier: ISC
# make             build/bin/*, one tool per file in bin/
# make demo        set up, build, and run the main job for all to see
# make check       set up, and every test; SAN=1 under ASan and UBSan
# make check-vm    the tests for another kernel, in QEMU; part of make check
# make lint        warnings, style, shell, manual pages
# make fuzz        each target in tests/fuzz for FUZZ_SECONDS
# make bench       what a jail costs, beside its peers
# make bench-roots  what a root costs, beside tar and cp
# make compare     what a jail denies, beside its peers
# make deps        install what the above need, or say how
# make install     honours DESTDIR and PREFIX

PREFIX       = /usr/local
BINDIR       = $(PREFIX)/bin
LIBEXECDIR   = $(PREFIX)/libexec/rungs
MANDIR       = $(PREFIX)/share/man
TEMPLATEDIR  = $(PREFIX)/share/rungs/rootfs-templates
POLICYDIR    = $(PREFIX)/share/rungs/syscall-policies
FUZZ_SECONDS = 20
FUZZING      = -max_total_time=$(FUZZ_SECONDS)

packages = gcc make libc6-dev musl-tools libarchive-dev libmd-dev \
	libseccomp-dev libjansson-dev busybox-static curl ca-certificates bats clang libclang-rt-dev \
	clang-format shellcheck mandoc cppcheck util-linux procps iproute2 \
	uidmap squashfs-tools erofs-utils mmdebstrap debootstrap openssl gpg gpgv dpkg-dev \
	skopeo umoci buildah podman runc xfsprogs attr zstd xz-utils strace libcap2-bin

CFLAGS ?= -O2 -g
warn    = -Wall -Wextra -Wshadow -Wvla -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes
options = -std=c11 -D_GNU_SOURCE -iquote lib $(warn) $(CPPFLAGS) $(CFLAGS)

# One line for each file that is made; V=1 shows the commands.
say      = $(if $(V),,@echo '  $(1)  $(2)';)

# The tools are started a thousand times by a script, so they are static,
# and musl starts in a third of glibc's time.  A helper in libexec is
# started once in a while and links the machine's own libraries.
triplet := $(shell $(CC) -dumpmachine)
musl    := /usr/lib/$(triplet:gnu=musl)
LIBC    ?= $(if $(shell command -v musl-gcc),musl,glibc)
harden   = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
now      = -Wl,-z,relro,-z,now

ifdef SAN
build    = build/san
harden   = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
toolcc   = $(CC)
toollink = $(CC) $(harden) -o $@ $^
helplink = $(toollink)
else
build    = $(if $(filter command environment,$(origin LIBC)),build/$(LIBC),build)
helplink = $(CC) -pie $(now) -o $@ $^
ifeq ($(LIBC),musl)
toolcc   = musl-gcc -idirafter /usr/include -idirafter /usr/include/$(triplet)
toollink = musl-gcc -static -nostartfiles -Wl,-pie,--no-dynamic-linker $(now) \
	-o $@ $(musl)/rcrt1.o $(musl)/crti.o $^ $(musl)/crtn.o
else
toolcc   = $(CC)
toollink = $(CC) -static-pie $(now) -o $@ $^
endif
endif

sources  = $(filter-out $(wildcard bin/*-*.c),$(wildcard bin/*.c))
tools    = $(patsubst bin/%.c,$(build)/bin/%,$(sources))
helpers  = $(patsubst bin/%.c,$(build)/libexec/rungs/%,$(wildcard bin/*-*.c))
programs = $(patsubst tests/programs/%.c,$(build)/tests/%,$(wildcard tests/programs/*.c)) \
	$(build)/tests/probe $(build)/tests/calls
library  = $(patsubst %.c,$(build)/$(1)/%.o,$(wildcard lib/*.c))
benches  = $(patsubst tests/bench/%.c,$(build)/bench/%,$(wildcard tests/bench/*.c))
fuzzers  = $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*.c))
pages    = $(wildcard man/*.[1-9])
shells   = $(wildcard tests/*.bats tests/*.bash tests/*.sh tests/vm/*.sh tests/demo/*) .ci/run

shared   = $(build)/share/rungs/rootfs-templates $(build)/share/rungs/syscall-policies

all: $(tools) $(helpers) $(shared)

$(build)/bin/%: $(build)/tool/bin/%.o $(build)/tool/lib.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(toollink) $(LDFLAGS) $(LDLIBS)

$(build)/libexec/rungs/%: $(build)/help/bin/%.o $(build)/help/lib.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(helplink) $(LDFLAGS) $(LDLIBS)

$(build)/libexec/rungs/mkroot-unpack: LDLIBS += -larchive -lmd
$(build)/libexec/rungs/mkroot-image: LDLIBS += -larchive -ljansson -lmd
$(build)/libexec/rungs/mkroot-install: LDLIBS += -larchive -lmd
$(build)/libexec/rungs/packroot-write: LDLIBS += -larchive -ljansson -lmd
$(build)/libexec/rungs/denycall-compile: LDLIBS += -lseccomp

# A template is found beside the tools, as after an install.
$(shared):
	@mkdir -p $(@D)
	ln -sfn $(CURDIR)/$(@F) $@

# The filters of system calls that are in the tools.  They are compiled by
# what compiles those of a user, so that must run here: for another machine,
# COMPILER is one that does, with --machine=NAME behind it.
COMPILER = $(build)/libexec/rungs/denycall-compile
$(build)/preset.c: $(build)/libexec/rungs/denycall-compile $(wildcard syscall-policies/*) | $(shared)
	$(call say,GEN,$@)printf '#include "seccomp.h"\n' >$@ && \
		$(COMPILER) --c=seccomp_default default >>$@ && \
		$(COMPILER) --c=seccomp_tty file=tty >>$@ && \
		$(COMPILER) --c=seccomp_ports file=ports >>$@
$(build)/tool/preset.o $(build)/help/preset.o: $(build)/preset.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(if $(filter %tool/preset.o,$@),$(toolcc),$(CC)) $(options) $(harden) -c -o $@ $<

$(build)/tests/%: tests/programs/%.c
	@mkdir -p $(@D)
	$(CC) $(options) -static -o $@ $<

$(build)/tests/probe: $(wildcard tests/programs/probe/*.[ch])
$(build)/tests/calls: $(wildcard tests/programs/calls/*.[ch])
$(build)/tests/probe $(build)/tests/calls:
	@mkdir -p $(@D)
	$(CC) $(options) -static -o $@ $(filter %.c,$^)

# These ask the library itself, as a helper would.
$(build)/tests/library $(build)/tests/filter: $(build)/tests/%: $(build)/help/tests/programs/%.o $(build)/help/lib.a $(build)/help/preset.o
	@mkdir -p $(@D)
	$(call say,LD,$@)$(helplink) $(LDFLAGS) $(LDLIBS)

$(build)/tests/filter: LDLIBS += -lseccomp

$(build)/tool/lib.a: $(call library,tool) $(build)/tool/preset.o
$(build)/help/lib.a: $(call library,help)
%/lib.a:
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

$(build)/tool/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)$(toolcc) $(options) $(harden) -MMD -MP -c -o $@ $<

$(build)/help/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(options) $(harden) -MMD -MP -c -o $@ $<

-include $(wildcard $(build)/*/*/*.d)

deps:
	@tests/deps.sh $(packages)

demo: deps
	@$(MAKE) --no-print-directory all
	@tests/demo.sh $(build)

# The machine is there for its kernel: one build of the tools will do.
check: deps
	@$(MAKE) --no-print-directory test
	$(if $(filter build,$(build)),@$(MAKE) --no-print-directory check-vm)

test: all $(programs)
	tests/run.sh $(build)

# Without QEMU it is skipped, and says so.
check-vm: all $(programs)
	@tests/deps.sh qemu-system-x86 e2fsprogs || :
	tests/vm/run.sh $(build)

$(build)/bench/nothing: tests/bench/nothing.c
	@mkdir -p $(@D)
	$(CC) -O2 -static -nostdlib -ffreestanding -fno-stack-protector -o $@ $<

$(build)/bench/%: $(build)/tool/tests/bench/%.o
	@mkdir -p $(@D)
	$(call say,LD,$@)$(toollink) $(LDFLAGS) $(LDLIBS)

bench: all $(benches)
	@tests/bench.sh $(build)

bench-roots: all $(benches)
	@tests/bench-roots.sh $(build)

compare: all $(programs)
	@tests/compare.sh $(build)

lint: deps
	$(MAKE) --no-print-directory CC=gcc CFLAGS='-O2 -Werror' build=build/lint-gcc LIBC=glibc all
	$(MAKE) --no-print-directory CC=clang CFLAGS='-O2 -Werror' build=build/lint-clang LIBC=glibc all
	clang-format --dry-run -Werror $(wildcard bin/*.c lib/*.[ch] tests/*/*.c tests/*/*/*.[ch])
	shellcheck -x $(shells)
	mandoc -Tlint -Wwarning $(pages)
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
		--enable=warning,portability -D_GNU_SOURCE -Ilib bin lib

# The library is compiled once for all of them; of it they get what they use.
fuzzcc   = clang $(options) -O1 -fsanitize=address,undefined

build/fuzz/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)$(fuzzcc) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

build/fuzz/lib.a: $(patsubst %.c,build/fuzz/%.o,$(wildcard lib/*.c) build/preset.c)

build/fuzz/%: tests/fuzz/%.c build/fuzz/lib.a
	$(call say,LD,$@)$(fuzzcc) -fsanitize=fuzzer -o $@ $^ \
		-lseccomp -ljansson -larchive -lmd

# Each begins with what is in tests/fuzz/seeds, and with what it found before.
fuzz: $(fuzzers)
	set -e; for target in $(^F); do \
		found=build/fuzz/found/$$target; \
		seeds=tests/fuzz/seeds/$$target; \
		[ -d $$seeds ] || seeds=; \
		mkdir -p $$found; \
		build/fuzz/$$target $(FUZZING) -artifact_prefix=$$found- \
			-print_final_stats=1 $$found $$seeds; \
	done

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(TEMPLATEDIR) $(DESTDIR)$(POLICYDIR)
	install $(tools) $(DESTDIR)$(BINDIR)
	install $(helpers) $(DESTDIR)$(LIBEXECDIR)
	install -m 644 rootfs-templates/* $(DESTDIR)$(TEMPLATEDIR)
	install -m 644 syscall-policies/* $(DESTDIR)$(POLICYDIR)
	for page in $(pages); do \
		section=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
		install -d $$section && install -m 644 $$page $$section || exit; \
	done

clean:
	rm -rf build

.PHONY: all bench bench-roots check check-vm clean compare demo deps fuzz install lint test
.SECONDARY:
.DELETE_ON_ERROR:
