package io.tidemark.streams.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.embedded.net.LoopbackPort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's Chromium without a screen, with an empty profile of its own. */
final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private final Path profile;
    private final ChromeDriver driver;

    private Browser(Path profile, ChromeDriver driver) {
        this.profile = profile;
        this.driver = driver;
    }

    /** Skips the test where the browser or its driver is missing. */
    static Browser open() {
        Optional<File> chromium = program("chromium");
        Optional<File> chromedriver = program("chromedriver");
        assumeTrue(
                chromium.isPresent() && chromedriver.isPresent(),
                "skipped: no chromium and chromedriver on the PATH (Debian: apt-get install"
                        + " chromium chromium-driver)");
        Path profile = emptyFolder();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.get());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--window-size=1280,1000",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver.get())
                        .usingPort(freePort())
                        .withTimeout(PATIENCE)
                        .build();
        return new Browser(profile, new ChromeDriver(service, options));
    }

    ChromeDriver driver() {
        return driver;
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    String text(String css) {
        return find(css).getText();
    }

    Actions actions() {
        return new Actions(driver);
    }

    /** The page, drawn. */
    void go(String uri) {
        driver.get("about:blank");
        driver.get(uri);
        until("the page is drawn", () -> find("#chart").getAttribute("data-ready-millis") != null);
    }

    void until(String what, java.util.function.BooleanSupplier condition) {
        Function<Object, Boolean> asked = ignored -> condition.getAsBoolean();
        new WebDriverWait(driver, PATIENCE)
                .withMessage(what)
                .ignoring(org.openqa.selenium.WebDriverException.class)
                .until(asked::apply);
    }

    double number(String attribute) {
        return Double.parseDouble(find("#chart").getAttribute(attribute));
    }

    void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                java.util.Map.of(
                        "width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        until(
                "the page is so wide",
                () -> ((Number) driver.executeScript("return innerWidth")).intValue() == width);
    }

    void colours(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                java.util.Map.of(
                        "features",
                        List.of(
                                java.util.Map.of(
                                        "name", "prefers-color-scheme", "value", scheme))));
    }

    /** Into the build's folder, for people to look at. */
    void picture(String name) {
        try {
            Path file = Path.of("target", "page-" + name + ".png");
            Files.createDirectories(file.getParent());
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep the picture " + name, e);
        }
    }

    /** Errors of scripts, refused loads and the like since the last call. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getMessage())
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException | UncheckedIOException leftToTheSystem) {
            System.out.println("the browser's profile " + profile + " was not removed");
        }
    }

    private static Optional<File> program(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Arrays.stream(path.split(File.pathSeparator))
                .map(folder -> new File(folder, name))
                .filter(File::canExecute)
                .findFirst();
    }

    /** One that other tests on this machine leave alone. */
    private static int freePort() {
        try {
            return LoopbackPort.free();
        } catch (IOException e) {
            throw new UncheckedIOException("no port for the browser's driver", e);
        }
    }

    private static Path emptyFolder() {
        try {
            return Files.createTempDirectory("tidemark-browser");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the browser's profile", e);
        }
    }
}
