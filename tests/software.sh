#!/bin/sh
# software.sh - programs that are older and newer than a filter; each prints
# a line with "good", or nothing where it is not installed
set -eu
export HOME=/tmp LC_ALL=C PATH=/usr/bin:/bin
cd /tmp

has() {
	command -v "$1" >/dev/null 2>&1
}

if has python3; then
	python3 - <<'PYTHON'
import asyncio, multiprocessing, socket, sqlite3, subprocess, tempfile, threading

def work(n):
    return n * n

results = []
threads = [threading.Thread(target=results.append, args=(n,)) for n in range(8)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert sorted(results) == list(range(8))
assert subprocess.check_output(["echo", "hello"]) == b"hello\n"
context = multiprocessing.get_context("fork")
with context.Pool(2) as pool:
    assert pool.map(work, [2, 3]) == [4, 9]

async def child():
    process = await asyncio.create_subprocess_exec("true")
    assert await process.wait() == 0

asyncio.run(child())
with tempfile.NamedTemporaryFile() as f:
    db = sqlite3.connect(f.name)
    db.execute("create table t (n)")
    db.execute("insert into t values (1)")
    db.commit()
    assert db.execute("select n from t").fetchall() == [(1,)]
a, b = socket.socketpair()
a.send(b"x")
assert b.recv(1) == b"x"
print("python3 good")
PYTHON
fi

if has perl; then
	perl -e 'my $p = fork; exit 3 unless $p; waitpid $p, 0;
		open my $f, "-|", "echo hello"; print "perl good\n" if <$f> eq "hello\n"'
fi

if has git; then
	git init -q repository
	cd repository
	echo text >file
	git add file
	git -c user.name=me -c user.email=me@here commit -qm one
	git gc -q
	git fsck 2>/dev/null
	git clone -q . ../copy
	cmp file ../copy/file
	cd ..
	echo git good
fi

if has gcc; then
	cat >threads.c <<'C'
#include <pthread.h>
#include <stdio.h>
static void *run(void *p) { return p; }
int main(void)
{
	pthread_t t[4];
	for (int n = 0; n < 4; n++)
		if (pthread_create(&t[n], 0, run, 0) != 0)
			return 1;
	for (int n = 0; n < 4; n++)
		pthread_join(t[n], 0);
	puts("gcc good");
	return 0;
}
C
	gcc -O1 -o threads threads.c -pthread
	./threads
fi

if has openssl; then
	openssl req -x509 -newkey ed25519 -nodes -keyout key -out cert \
		-days 1 -subj /CN=here 2>/dev/null
	echo text | openssl cms -sign -signer cert -inkey key -outform PEM -md sha512 >signed 2>/dev/null ||
		openssl dgst -sha256 cert >/dev/null
	openssl x509 -in cert -noout -subject >/dev/null
	echo openssl good
fi

if has dpkg-query; then
	dpkg-query -W bash >/dev/null
	tar -cf a.tar threads.c 2>/dev/null || tar -cf a.tar /etc/hostname 2>/dev/null
	xz -k a.tar 2>/dev/null || gzip -k a.tar
	echo dpkg good
fi
