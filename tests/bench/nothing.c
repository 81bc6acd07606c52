/* SPDX-License-Identifier: ISC */
/* nothing.c - the cheapest command there is: no C library at all */
void _start(void);

void
_start(void)
{
#if defined __x86_64__
	__asm__ volatile("syscall" : : "a"(60), "D"(0));
#elif defined __aarch64__
	register long number __asm__("x8") = 93, status __asm__("x0") = 0;

	__asm__ volatile("svc 0" : : "r"(number), "r"(status));
#else
#error "say how exit(2) is called here"
#endif
	__builtin_unreachable();
}
