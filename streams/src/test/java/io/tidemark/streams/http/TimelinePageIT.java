package io.tidemark.streams.http;

import static io.tidemark.streams.http.ExampleTimeline.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.WheelInput.ScrollOrigin;

/** The page, as on-call uses it. */
class TimelinePageIT {
    private static final int MANY = 10_000;
    private static Browser browser;
    private static TimelinePage page;
    private ServedTimeline served;

    @BeforeAll
    static void open() {
        browser = Browser.open();
        page = new TimelinePage(browser);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void serve() {
        served = new ServedTimeline();
        served.moveTo(NOW.plusSeconds(5));
        browser.size(1280, 1000);
        browser.colours("light");
    }

    @AfterEach
    void stop() {
        served.close();
    }

    @Test
    void theFirstLookSaysUntilWhenAndHowMuchIsSafe() {
        page.open(served, "");

        assertThat(browser.text("h1")).contains("shop");
        assertThat(browser.text("#summary"))
                .contains("2026-11-20 23:38:00 UTC")
                .contains("preparedTransaction")
                .contains("rs2 holds the watermark back");
        double exact = page.share("exact");
        double strict = page.share("strict");
        assertThat(exact).isBetween(90.0, 99.9);
        assertThat(strict).isBetween(30.0, 60.0);
        assertThat(browser.text("#health")).contains("up to date");
        assertThat(browser.text("#answer")).contains("--to 1795217880:0");
        browser.picture("overview");
        page.assertNothingRefused();
    }

    @Test
    void anUnsafeIntervalUnderThePointerTellsItsReason() {
        page.open(served, "");
        page.hover("2026-11-19T09:13:00Z", 60);

        browser.until("the tip is shown", () -> browser.find("#tip").isDisplayed());
        assertThat(browser.text("#tip"))
                .contains("movePrimary crm")
                .contains("26 min 5 s")
                .contains("on both shards or on the wrong one");
        browser.picture("hover");
        page.hover("2026-11-19T03:00:00Z", 60);
        browser.until("the tip is gone", () -> !browser.find("#tip").isDisplayed());
    }

    @Test
    void gapsAndBasesTellThemselvesToo() {
        page.open(served, "");
        page.hover("2026-11-19T18:52:00Z", 177);
        browser.until("the tip is shown", () -> browser.text("#tip").contains("rolled over"));
        assertThat(browser.text("#tip")).contains("rs1's oplog");

        page.hover("2026-11-19T00:31:00Z", 109);
        browser.until("a base tells itself", () -> browser.text("#tip").contains("daily-2026"));
    }

    @Test
    void aClickExplainsTheTimeAndGivesTheCommand() {
        page.open(served, "");
        page.clickAt("2026-11-19T09:13:00Z");

        browser.until("the answer", () -> browser.text("#answer").contains("Not safe"));
        assertThat(browser.text("#answer"))
                .contains("movePrimary of crm on shard0, shard1")
                .contains("Latest safe time before it")
                .contains("2026-11-19 09:00:00 UTC")
                .contains("2026-11-19 09:26:05 UTC");
        assertThat(page.commands())
                .hasSize(2)
                .allSatisfy(
                        command ->
                                assertThat(command)
                                        .startsWith(
                                                "tidemark restore --cluster shop --bucket"
                                                        + " s3://backups/shop")
                                        .contains("--target config=")
                                        .contains("--target rs2=")
                                        .doesNotContain("rs3"));
        assertThat(page.commands().get(0)).contains("--to 1795078800:0 ");
        assertThat(page.commands().get(1)).contains("--to 1795080365:1 ");
        browser.actions().moveToElement(browser.find("h1")).perform();
        browser.until("the tip is gone", () -> !browser.find("#tip").isDisplayed());
        browser.picture("unsafe");

        browser.find("#answer .way.after button").click();
        browser.until("the safe time", () -> browser.text("#answer").contains("✓ Safe"));
        assertThat(page.commands()).hasSize(1);
        assertThat(page.commands().get(0)).contains("--to 1795080365:1 ");
    }

    @Test
    void theCommandNamesTheShardsOfThatTime() {
        page.open(served, "#at=2026-11-20T10:00:00Z&policy=exact");

        browser.until("the answer", () -> browser.text("#answer").contains("✓ Safe"));
        assertThat(page.commands().get(0)).contains("--to 2026-11-20T10:00:00Z").contains("rs3=");
    }

    @Test
    void theCommandCanBeCopied() {
        page.open(served, "#at=2026-11-20T10:00:00Z&policy=exact");
        browser.until("the answer", () -> !browser.all("#answer .copy").isEmpty());

        browser.find("#answer .copy").click();
        browser.until("it is copied", () -> browser.text("#answer .copy").equals("Copied"));
        WebElement field = browser.find("#ns");
        field.clear();
        field.sendKeys(Keys.chord(Keys.CONTROL, "v"));
        assertThat(field.getAttribute("value"))
                .startsWith("tidemark restore --cluster shop")
                .contains("--to 2026-11-20T10:00:00Z");
    }

    @Test
    void underStrictMigrationsAreUnsafe() {
        page.open(served, "");
        int exact = page.inSight("#unsafe-count");
        browser.find("[name=policy][value=strict]").click();

        browser.until("strict is drawn", () -> page.inSight("#unsafe-count") > exact * 10);
        browser.until("strict is listed", () -> browser.text("#unsafe").contains("moveChunk"));
        assertThat(browser.text("#unsafe")).contains("zoom in");
        browser.until(
                "the command is strict",
                () ->
                        page.commands().size() == 1
                                && page.commands().get(0).contains("--policy strict"));
        browser.picture("strict");
    }

    @Test
    void wheelButtonsAndDraggingChangeWhatIsInSight() {
        page.open(served, "");
        double all = page.span();
        browser.actions()
                .scrollFromOrigin(ScrollOrigin.fromElement(browser.find("#canvas")), 0, -600)
                .perform();
        browser.until("the wheel zooms in", () -> page.span() < all * 0.6);
        double wheeled = page.span();
        browser.find("[data-act=in]").click();
        browser.until("the button zooms in", () -> page.span() < wheeled * 0.6);
        double from = browser.number("data-from");
        browser.actions().dragAndDropBy(browser.find("#canvas"), 200, 0).perform();
        browser.until("dragging pans to earlier times", () -> browser.number("data-from") < from);
        assertThat(browser.text("#answer")).contains("No time is chosen");

        browser.find("[data-span='3600']").click();
        browser.until("an hour", () -> Math.abs(page.span() - 3600) < 1);
        assertThat(browser.find("[data-span='3600']").getAttribute("aria-pressed"))
                .isEqualTo("true");
        browser.find("[data-span=all]").click();
        browser.until("all", () -> Math.abs(page.span() - all) < 1);
    }

    @Test
    void theKeyboardAloneIsEnough() {
        page.open(served, "");
        page.tabTo("[name=policy]");
        page.press(Keys.ARROW_RIGHT);
        browser.until("strict by key", () -> page.inSight("#unsafe-count") > 500);
        page.press(Keys.ARROW_LEFT);
        browser.until("exact by key", () -> page.inSight("#unsafe-count") < 50);
        page.tabTo("#chart");
        page.press("n");
        browser.until("the first", () -> browser.text("#answer").contains("indexBuild"));
        assertThat(browser.find("#tip").isDisplayed()).isTrue();
        page.press("n");
        browser.until("the next", () -> browser.text("#answer").contains("shop.carts_2025"));
        assertThat(page.valueText()).contains("unsafe: dropCollection shop.carts_2025");
        page.press("p");
        browser.until("the one before", () -> browser.text("#answer").contains("indexBuild"));

        double before = page.span();
        page.press("+", "+");
        browser.until("zoomed", () -> page.span() < before / 3);
        String at = page.valueText();
        page.pressWith(Keys.SHIFT, Keys.ARROW_LEFT);
        browser.until("moved", () -> !page.valueText().equals(at));
        page.press(Keys.HOME);
        page.press(Keys.ARROW_RIGHT, Keys.ENTER);
        browser.until("safe", () -> browser.text("#answer").contains("✓ Safe"));
        assertThat(page.valueText()).endsWith("safe");
        page.press("0");
        browser.until("all again", () -> Math.abs(page.span() - before) < 1);

        page.tabTo("#at");
        page.pressWith(Keys.CONTROL, "a");
        page.press("2026-11-19T20:00:00Z", Keys.ENTER);
        browser.until("typed", () -> browser.text("#answer").contains("rs1's oplog is missing"));
        page.tabTo(".copy");
        page.tabTo("#unsafe button");
        page.press(Keys.ENTER);
        browser.until("from the list", () -> browser.text("#answer").contains("indexBuild"));
        String asked = browser.find("#chart").getAttribute("data-ready-millis");
        browser.until(
                "asked again",
                () -> !asked.equals(browser.find("#chart").getAttribute("data-ready-millis")));
        assertThat(browser.all("#unsafe button:focus")).as("the focus stays").hasSize(1);
    }

    @Test
    void theListsHoldWhatTheDrawingShows() {
        page.open(served, "");
        browser.until("events", () -> page.inSight("#events-count") > 500);
        assertThat(browser.text("#unsafe"))
                .contains("dropCollection")
                .contains("shop.carts_2025")
                .contains("40 s")
                .contains("gap");
        assertThat(browser.text("#shards")).contains("rs2").contains("holds the archive's");

        browser.find("#kind").sendKeys("drop", Keys.ENTER);
        browser.until("drops", () -> page.inSight("#events-count") == 2);
        assertThat(browser.text("#events")).contains("staging").contains("shop.carts_2025");
        browser.find("#kind").sendKeys("ped", Keys.ENTER);
        browser.until(
                "the server's words", () -> browser.text("#events-count").contains("'dropped'"));
    }

    @Test
    void everyIntervalOfTheListIsExplainedAsUnsafe() {
        page.open(served, "");
        browser.until("the list", () -> page.inSight("#unsafe-count") > 8);
        int count = browser.all("#unsafe button").size();
        assertThat(count).isEqualTo(page.inSight("#unsafe-count"));
        for (int i = 0; i < count; i++) {
            // In one step, as the rows are made anew when the server is asked again.
            String kind =
                    (String)
                            browser.driver()
                                    .executeScript(
                                            "const row ="
                                                    + " document.querySelectorAll('#unsafe tr')["
                                                    + i
                                                    + "]; row.querySelector('button').click();"
                                                    + " return row.cells[2].textContent");
            browser.until(
                    kind + " is explained",
                    () ->
                            browser.text("#answer .verdict").contains("Not safe")
                                    && browser.text("#answer .reasons").contains(kind)
                                    && browser.all("#unsafe tr.chosen").size() == 1);
            assertThat(page.valueText()).contains("unsafe: ").contains(kind);
        }
    }

    @Test
    void aTimeThatCanNotBeReadIsAnsweredWithWords() {
        page.open(served, "");
        browser.find("#at").sendKeys("yesterday", Keys.ENTER);

        browser.until("words", () -> browser.text("#answer").contains("'yesterday' is no time"));
    }

    @Test
    void tenThousandIntervalsAreDrawnWithinASecond() {
        served.show(Optional.of(ManyIntervals.view(MANY, NOW)));
        page.open(served, "");

        assertThat(browser.number("data-intervals")).isEqualTo(MANY);
        double first = browser.number("data-draw-millis");
        double ready = browser.number("data-ready-millis");
        browser.find("[data-act=in]").click();
        browser.find("[data-act=left]").click();
        double frame = page.quickestFrame();
        double best = Math.min(first, page.drawnAgain());
        System.out.printf(
                "%,d intervals: drawn %.1f ms after their arrival, %.1f ms at best; the page was"
                        + " ready after %.0f ms; a frame after zoom and pan took %.1f ms%n",
                MANY, first, best, ready, frame);
        // Others may need the processor meanwhile: the best counts.
        assertThat(best).isLessThan(1000);
        assertThat(frame).isLessThan(1000);
        browser.picture("many");
    }

    @Test
    void loadingStaleAndLostAreToldInWords() {
        served.show(Optional.empty());
        browser.driver().get("about:blank");
        browser.driver().get(served.uri().toString());
        browser.until("loading", () -> browser.text("#banner").contains("first time"));
        assertThat(browser.text("#health")).contains("loading");
        browser.picture("loading");

        served.show(Optional.of(ServedTimeline.EXAMPLE));
        served.moveTo(NOW.plusSeconds(400));
        page.open(served, "");
        browser.until("stale", () -> browser.text("#banner").contains("400 s ago"));
        assertThat(browser.text("#health")).contains("stale");
        browser.picture("stale");

        served.close();
        browser.until("lost", () -> browser.text("#banner").contains("can't be reached"));
        assertThat(browser.text("#banner")).contains("as it was then");
        assertThat(browser.text("#summary")).contains("Latest safe time");
    }

    @Test
    void aClusterWithoutABaseSaysWhatToDo() {
        served.show(Optional.of(ExampleTimeline.withoutBase()));
        page.open(served, "");

        assertThat(browser.text("#summary")).contains("No time can be restored yet");
        assertThat(browser.text("#empty")).contains("Take a base snapshot");
        assertThat(browser.text("#answer")).contains("none is safe");
        browser.picture("empty");
        page.assertNothingRefused();
    }

    @Test
    void aNarrowScreenNeedsNoScrollingSideways() {
        for (int width : List.of(360, 768)) {
            browser.size(width, 900);
            page.open(served, "#at=2026-11-19T09:10:00Z&policy=exact");
            browser.until("the answer", () -> browser.text("#answer").contains("Not safe"));
            Object over =
                    browser.driver()
                            .executeScript(
                                    "return document.documentElement.scrollWidth - innerWidth");
            assertThat(((Number) over).intValue()).as("at " + width).isLessThanOrEqualTo(0);
            browser.picture("narrow-" + width);
        }
    }

    @Test
    void darkAndLightHaveTheirOwnColours() {
        page.open(served, "");
        String light = browser.find("html").getCssValue("background-color");
        browser.colours("dark");
        browser.until(
                "dark", () -> !browser.find("html").getCssValue("background-color").equals(light));
        browser.picture("dark");
        page.assertNothingRefused();
    }
}
