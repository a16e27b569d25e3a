// After an error the summary has the focus: whoever reads by ear or magnified hears first what is wrong, and each line of it leads on.
document.querySelector(".errors[tabindex]")?.focus();
